using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Chat.Micro;

/// <summary>Runs all benchmarks, or those that the arguments of BenchmarkDotNet choose.</summary>
internal static class Program
{
    private static readonly string[] Everything = ["--filter", "*"];

    public static void Main(string[] args)
    {
        // In this process: the project's build rules aren't made for projects that are generated.
        var config = ManualConfig.Create(DefaultConfig.Instance)
            .AddJob(Job.ShortRun.WithWarmupCount(8).WithIterationCount(15).WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .WithOptions(ConfigOptions.JoinSummary);
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args.Length > 0 ? args : Everything, config);
    }
}
