using System.Globalization;

namespace Chat.Services;

/// <summary>What was measured, as a Markdown table that grows while the rest is still being measured.</summary>
internal sealed class Table
{
    private readonly TextWriter _output;

    public Table(TextWriter output)
    {
        _output = output;
        output.WriteLine("| service | operation | at once | per second | CPU, µs each | allocated, bytes each | |");
        output.WriteLine("|---|---|---:|---:|---:|---:|---|");
    }

    public void Add(string service, string operation, Measurement measured, string note = "") =>
        _output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {service} | {operation} | {measured.AtOnce} | {measured.PerSecond:N0} | {measured.CpuMicroseconds:N1} "
                + $"| {measured.AllocatedBytes:N0} | {note} |"));

    public void Note(string sentence) => _output.WriteLine($"\n{sentence}\n");
}
