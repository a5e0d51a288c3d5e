using System.Buffers;

namespace Chat.Local.Store;

/// <summary>Writes that go to the disk together.</summary>
internal sealed class CommitGroup(ArrayBufferWriter<byte> writes)
{
    public ArrayBufferWriter<byte> Writes => writes;

    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the next group goes into a new log.</summary>
    public bool EndsLog { get; set; }

    /// <summary>The position of its last writes.</summary>
    public long Last { get; set; }
}
