using System.Text;
using WebhookBridge.Engine.Secrets;
using WebhookBridge.Testing;

namespace WebhookBridge.Engine.Tests.Secrets;

public sealed class SecretBoxTests
{
    private static readonly SecretPlace Place = new("config_secrets", "source/yoco", "secrets");

    private readonly MasterKey _key = MasterKey.Generate();

    [Theory]
    [InlineData("")]
    [InlineData("whsec_abc")]
    [InlineData("ü 漢 😀")]
    public void Open_WhatWasSealed_IsTheSame(string secret)
    {
        var box = new SecretBox(_key);
        box.OpenText(box.Seal(secret, Place), Place).ShouldBe(secret);
    }

    [Fact]
    public void Seal_SameTwice_LooksDifferentAndHidesTheText()
    {
        var box = new SecretBox(_key);
        byte[] one = box.Seal("secret-text", Place);
        byte[] two = box.Seal("secret-text", Place);
        one.ShouldNotBe(two);
        one.AsSpan().IndexOf("secret-text"u8).ShouldBe(-1);
        one.AsSpan(0, 4).ToArray().ShouldBe(_key.Id.ToArray());
    }

    [Fact]
    public void Open_AnyBitChanged_Throws()
    {
        var box = new SecretBox(_key);
        byte[] sealedBytes = box.Seal("secret", Place);
        for (int i = 0; i < sealedBytes.Length; i++)
        {
            byte[] changed = [.. sealedBytes];
            changed[i] ^= 1;
            Should.Throw<MasterKeyException>(() => box.Open(changed, Place));
        }

        Should.Throw<MasterKeyException>(() => box.Open(sealedBytes.AsSpan(0, 20), Place)).Message.ShouldContain("too short");
    }

    [Theory]
    [InlineData("other", "source/yoco", "secrets")]
    [InlineData("config_secrets", "source/other", "secrets")]
    [InlineData("config_secrets", "source/yoco", "other")]
    [InlineData("config_secret", "ssource/yoco", "secrets")]
    public void Open_InAnotherPlace_Throws(string table, string row, string field)
    {
        var box = new SecretBox(_key);
        Should.Throw<MasterKeyException>(() => box.Open(box.Seal("secret", Place), new SecretPlace(table, row, field)));
    }

    [Fact]
    public void Open_SealedWithTheOlderKey_WorksWhileThatIsThere()
    {
        byte[] old = new SecretBox(_key).Seal("secret", Place);
        MasterKey newer = MasterKey.Generate();
        var rotating = new SecretBox(newer, _key);
        rotating.OpenText(old, Place).ShouldBe("secret");
        rotating.IsCurrent(old).ShouldBeFalse();
        rotating.IsCurrent(rotating.Seal("secret", Place)).ShouldBeTrue();
        Should.Throw<MasterKeyException>(() => new SecretBox(newer).Open(old, Place)).Message.ShouldContain("another master key");
    }
}

public sealed class MasterKeyTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string File => _folder.Of("master.key");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void LoadOrCreate_FirstStart_MakesAFileForItsOwnerOnly()
    {
        MasterKey made = MasterKey.LoadOrCreate(null, File, mayCreate: true);
        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.GetUnixFileMode(File).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        MasterKey.LoadOrCreate(null, File, mayCreate: false).Export().ShouldBe(made.Export());
        Directory.GetFiles(_folder.Path).ShouldBe([File]);
    }

    [Fact]
    public void LoadOrCreate_Variable_GoesBeforeTheFile()
    {
        MasterKey.LoadOrCreate(null, File, mayCreate: true);
        MasterKey other = MasterKey.Generate();
        MasterKey.LoadOrCreate(other.Export(), File, mayCreate: true).Export().ShouldBe(other.Export());
    }

    [Fact]
    public void LoadOrCreate_KeyLost_IsNotReplacedInSilence() =>
        Should.Throw<MasterKeyException>(() => MasterKey.LoadOrCreate(" ", File, mayCreate: false)).Message.ShouldContain("master key is missing");

    [Theory]
    [InlineData("not base64!", "is not base64")]
    [InlineData("c2hvcnQ=", "has 5 bytes, 32 are needed")]
    public void Parse_NoKey_SaysWhatToDoAndNotWhatItRead(string text, string expected)
    {
        string message = Should.Throw<MasterKeyException>(() => MasterKey.Parse(text, MasterKey.Variable)).Message;
        message.ShouldContain(expected);
        message.ShouldContain("openssl rand -base64 32");
        message.ShouldNotContain(text);
    }
}

public sealed class FixedTimeTests
{
    [Theory]
    [InlineData("", "", true)]
    [InlineData("abc", "abc", true)]
    [InlineData("abc", "abd", false)]
    [InlineData("abc", "abcd", false)]
    public void Equals_Texts_AsExpected(string left, string right, bool same)
    {
        FixedTime.Equals(left, right).ShouldBe(same);
        FixedTime.Equals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right)).ShouldBe(same);
    }
}
