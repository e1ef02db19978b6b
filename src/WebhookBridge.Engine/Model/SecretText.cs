namespace WebhookBridge.Engine.Model;

/// <summary>A secret in memory. It prints as a placeholder, so that no log, error or interpolated text can carry it by accident.</summary>
public sealed class SecretText(string value) : IEquatable<SecretText>
{
    /// <summary>The secret itself, for the one place that needs it.</summary>
    public string Reveal() => value;

    /// <inheritdoc/>
    public bool Equals(SecretText? other) => other is not null && string.Equals(value, other.Reveal(), StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SecretText);

    /// <inheritdoc/>
    public override int GetHashCode() => value.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => "(secret)";
}
