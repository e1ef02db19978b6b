using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Bench;

public static class Web
{
    public static WebApplication Build(int port)
    {
        var b = WebApplication.CreateSlimBuilder();
        b.Logging.ClearProviders();
        b.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, port));
        return b.Build();
    }

    public static async ValueTask<byte[]> ReadBody(HttpContext ctx)
    {
        int len = (int)(ctx.Request.ContentLength ?? -1);
        if (len >= 0)
        {
            var buf = new byte[len];
            await ctx.Request.Body.ReadExactlyAsync(buf, ctx.RequestAborted);
            return buf;
        }
        using var ms = new MemoryStream();
        await ctx.Request.Body.CopyToAsync(ms, ctx.RequestAborted);
        return ms.ToArray();
    }

    public static bool Verify(HttpContext ctx, byte[] secret, byte[] body)
    {
        var h = ctx.Request.Headers;
        string id = h["webhook-id"].ToString(), ts = h["webhook-timestamp"].ToString(), sig = h["webhook-signature"].ToString();
        if (id == "" || ts == "" || !sig.StartsWith("v1,", StringComparison.Ordinal)) return false;
        if (!long.TryParse(ts, out long t) || Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - t) > 300) return false;
        Span<byte> given = stackalloc byte[64];
        if (!Convert.TryFromBase64Chars(sig.AsSpan(3), given, out int n) || n != 32) return false;
        byte[] data = new byte[id.Length + ts.Length + 2 + body.Length];
        int k = Encoding.ASCII.GetBytes(id, data);
        data[k++] = (byte)'.';
        k += Encoding.ASCII.GetBytes(ts, data.AsSpan(k));
        data[k++] = (byte)'.';
        body.CopyTo(data, k);
        Span<byte> mac = stackalloc byte[32];
        HMACSHA256.HashData(secret, data, mac);
        return CryptographicOperations.FixedTimeEquals(mac, given[..32]);
    }
}
