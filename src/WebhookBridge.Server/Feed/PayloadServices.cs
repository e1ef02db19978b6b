using System.Globalization;
using Microsoft.OData;
using Microsoft.OData.Edm;

namespace WebhookBridge.Server.Feed;

/// <summary>What ODataLib is told beside its settings: times are written with milliseconds always (contract section 1), where it would leave zeros out.</summary>
internal static class PayloadServices
{
    private static readonly ServiceProvider Provider = Make();

    /// <summary>For one answer: ODataLib keeps its state in it.</summary>
    public static IServiceScope Open() => Provider.CreateScope();

    public static string TimeText(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static ServiceProvider Make()
    {
        Builder builder = new();
        builder.AddDefaultODataServices();
        builder.Services.AddSingleton<ODataPayloadValueConverter, Milliseconds>();
        return builder.Services.BuildServiceProvider();
    }

    private sealed class Milliseconds : ODataPayloadValueConverter
    {
        public override object ConvertToPayloadValue(object value, IEdmTypeReference edmTypeReference) =>
            value is DateTimeOffset time ? TimeText(time) : base.ConvertToPayloadValue(value, edmTypeReference);
    }

    private sealed class Builder : IContainerBuilder
    {
        public IServiceCollection Services { get; } = new ServiceCollection();

        public IContainerBuilder AddService(Microsoft.OData.ServiceLifetime lifetime, Type serviceType, Type implementationType)
        {
            Services.Add(new ServiceDescriptor(serviceType, implementationType, Of(lifetime)));
            return this;
        }

        public IContainerBuilder AddService(Microsoft.OData.ServiceLifetime lifetime, Type serviceType, Func<IServiceProvider, object> implementationFactory)
        {
            Services.Add(new ServiceDescriptor(serviceType, implementationFactory, Of(lifetime)));
            return this;
        }

        public IServiceProvider BuildContainer() => Services.BuildServiceProvider();

        private static Microsoft.Extensions.DependencyInjection.ServiceLifetime Of(Microsoft.OData.ServiceLifetime lifetime) => lifetime switch
        {
            Microsoft.OData.ServiceLifetime.Singleton => Microsoft.Extensions.DependencyInjection.ServiceLifetime.Singleton,
            Microsoft.OData.ServiceLifetime.Scoped => Microsoft.Extensions.DependencyInjection.ServiceLifetime.Scoped,
            _ => Microsoft.Extensions.DependencyInjection.ServiceLifetime.Transient,
        };
    }
}
