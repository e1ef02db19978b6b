using System.Runtime.InteropServices;

namespace WebhookBridge.Server.Hosting;

/// <summary>How the C library keeps memory that the runtime's compiler and SQLite have given back.</summary>
internal static class NativeMemory
{
    /// <summary>Of mallopt(3): blocks from this size on are mapped one by one, and unmapped when they are freed.</summary>
    private const int MapFrom = -3;

    /// <summary>Just below the 64 KiB that the compiler works in.</summary>
    private const int Bytes = 60 * 1024;

    /// <summary>Lets freed blocks go at once; without it glibc keeps about 8 MiB of them in heaps of single threads. Other C libraries have no such heaps, and are left alone.</summary>
    public static void GiveBack()
    {
        if (OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out nint library) && NativeLibrary.TryGetExport(library, "mallopt", out nint address))
        {
            _ = Marshal.GetDelegateForFunctionPointer<SetOption>(address)(MapFrom, Bytes);
        }
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int SetOption(int option, int value);
}
