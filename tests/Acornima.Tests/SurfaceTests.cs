using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;

namespace Acornima.Tests;

/// <summary>Everything that the assembly of Jint binds to must be there, with the right shape.</summary>
[Trait("Pace", "normal")]
public sealed class SurfaceTests
{
    private static readonly Assembly s_jint = typeof(Jint.Engine).Assembly;

    [Fact]
    public void JintReferences_AllResolve()
    {
        var failures = new List<string>();
        var seen = 0;
        using var file = File.OpenRead(s_jint.Location);
        using var pe = new PEReader(file);
        var metadata = pe.GetMetadataReader();
        var module = s_jint.ManifestModule;
        foreach (var handle in metadata.TypeReferences)
        {
            seen++;
            Try(failures, () => module.ResolveType(MetadataTokens.GetToken(handle)));
        }

        foreach (var handle in metadata.MemberReferences)
        {
            seen++;
            Try(failures, () => module.ResolveMember(MetadataTokens.GetToken(handle), [typeof(object)], [typeof(object)]));
        }

        failures.ShouldBeEmpty();
        seen.ShouldBeGreaterThan(1000);
    }

    [Fact]
    public void JintMethods_AllCompile()
    {
        var failures = new List<string>();
        var compiled = 0;
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (var type in s_jint.GetTypes().Where(t => !t.ContainsGenericParameters))
        {
            foreach (var method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
            {
                if (method.IsAbstract || method.ContainsGenericParameters)
                {
                    continue;
                }

                compiled++;
                try
                {
                    RuntimeHelpers.PrepareMethod(method.MethodHandle);
                }
                catch (Exception e) when (e is MissingMethodException or MissingFieldException or TypeLoadException
                    or InvalidProgramException or FileNotFoundException)
                {
                    failures.Add($"{type.FullName}.{method.Name}: {e.Message}");
                }
                catch (PlatformNotSupportedException)
                {
                    // Methods of other platforms: nothing to do with the parser.
                }
            }
        }

        failures.ShouldBeEmpty();
        compiled.ShouldBeGreaterThan(10_000);
    }

    private static void Try(List<string> failures, Action resolve)
    {
        try
        {
            resolve();
        }
        catch (Exception e) when (e is ArgumentException || e.Message.Contains("violates the constraint", StringComparison.Ordinal))
        {
            // The stand-in argument does not fit an open generic type: says nothing about the parser.
        }
        catch (Exception e)
        {
            failures.Add(e.Message);
        }
    }
}
