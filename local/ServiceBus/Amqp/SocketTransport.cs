using System.Buffers;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Transport;

namespace Chat.Local.ServiceBus.Amqp;

/// <summary>
/// A connection's socket. What came in one piece is worked through first, and then what that brought goes out in one piece.
/// </summary>
/// <remarks>
/// The library's own transport asks the system twice for each frame, and once for each that it sends; that costs more than all the rest of
/// a message. It writes and reads one thing at a time, each until it is told that it is done.
/// </remarks>
internal sealed class SocketTransport : TransportBase, IDisposable
{
    private const int InputSize = 32 * 1024;

    /// <summary>What goes out although more may come.</summary>
    private const int Enough = 32 * 1024;

    private readonly Lock _lock = new();
    private readonly Socket _socket;
    private readonly SocketAsyncEventArgs _receiving = new();
    private readonly SocketAsyncEventArgs _sending = new();
    private readonly byte[] _input = new byte[InputSize];
    private readonly ArrayBufferWriter<byte> _output = new();
    private int _at;
    private int _end;
    private bool _reads;
    private bool _sends;
    private TransportAsyncCallbackArgs? _reader;
    private TransportAsyncCallbackArgs? _writer;
    private SocketException? _failed;

    public SocketTransport(Socket socket)
        : base("socket")
    {
        _socket = socket;
        _socket.NoDelay = true;
        LocalEndPoint = socket.LocalEndPoint!.ToString()!;
        RemoteEndPoint = socket.RemoteEndPoint!.ToString()!;
        _receiving.SetBuffer(_input);
        _receiving.Completed += (_, _) => OnReceived();
        _sending.Completed += (_, _) => OnSent();
    }

    public override string LocalEndPoint { get; }

    public override string RemoteEndPoint { get; }

    public override void SetMonitor(ITransportMonitor usageMeter)
    {
    }

    public override bool ReadAsync(TransportAsyncCallbackArgs args)
    {
        if (_at == _end)
        {
            Flush();
            _reader = args;
            if (_socket.ReceiveAsync(_receiving))
            {
                return true;
            }

            TakeReceived();
        }

        Give(args, synchronously: true);
        return false;
    }

    public override bool WriteAsync(TransportAsyncCallbackArgs args)
    {
        lock (_lock)
        {
            if (_sends)
            {
                _writer = args;
                return true;
            }

            Write(args, synchronously: true);
            return false;
        }
    }

    public void Dispose() => Abort();

    protected override bool CloseInternal()
    {
        Flush();
        _socket.Shutdown(SocketShutdown.Send);
        AbortInternal();
        return true;
    }

    protected override void AbortInternal()
    {
        _socket.Dispose();
        _receiving.Dispose();
        _sending.Dispose();
    }

    private void OnReceived()
    {
        var reader = _reader!;
        TakeReceived();
        Give(reader, synchronously: false);
        reader.CompletedCallback(reader);
    }

    private void TakeReceived()
    {
        _reader = null;
        _at = 0;
        _end = _receiving.SocketError == SocketError.Success ? _receiving.BytesTransferred : 0;
        lock (_lock)
        {
            _reads = _end > 0;
        }
    }

    /// <summary>Hands over what is there; nothing once the client has ended the connection.</summary>
    private void Give(TransportAsyncCallbackArgs args, bool synchronously)
    {
        var length = Math.Min(args.Count, _end - _at);
        _input.AsSpan(_at, length).CopyTo(args.Buffer.AsSpan(args.Offset));
        _at += length;
        args.BytesTransfered = length;
        args.Exception = null;
        args.CompletedSynchronously = synchronously;
    }

    private void Flush()
    {
        lock (_lock)
        {
            _reads = false;
            Send();
        }
    }

    private void Write(TransportAsyncCallbackArgs args, bool synchronously)
    {
        if (args.Buffer is not null)
        {
            _output.Write(args.Buffer.AsSpan(args.Offset, args.Count));
        }
        else
        {
            foreach (var buffer in args.ByteBufferList)
            {
                _output.Write(buffer.Buffer.AsSpan(buffer.Offset, buffer.Length));
            }
        }

        if (!_reads || _output.WrittenCount >= Enough)
        {
            Send();
        }

        args.BytesTransfered = args.Count;
        args.Exception = _failed;
        args.CompletedSynchronously = synchronously;
    }

    private void Send()
    {
        if (_sends || _output.WrittenCount == 0 || _failed is not null)
        {
            return;
        }

        _sends = true;
        _sending.SetBuffer(MemoryMarshal.AsMemory(_output.WrittenMemory));
        if (!_socket.SendAsync(_sending))
        {
            TakeSent();
        }
    }

    private void TakeSent()
    {
        _sends = false;
        _output.ResetWrittenCount();
        if (_sending.SocketError != SocketError.Success)
        {
            _failed = new SocketException((int)_sending.SocketError);
        }
    }

    private void OnSent()
    {
        TransportAsyncCallbackArgs? writer;
        lock (_lock)
        {
            TakeSent();
            writer = _writer;
            _writer = null;
            if (writer is not null)
            {
                Write(writer, synchronously: false);
            }
        }

        writer?.CompletedCallback(writer);
    }
}
