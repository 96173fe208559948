using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Containerize.Benchmarks;

if (args is ["memory", ..])
{
    await PeakMemory.MeasureAsync(args is [_, var gibibytes] ? int.Parse(gibibytes, System.Globalization.CultureInfo.InvariantCulture) : 4);
    return;
}

// In this process: the layer writer uses all cores, and a generated project of its own would measure the same.
var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(1).WithIterationCount(7).WithInvocationCount(1)
    .WithUnrollFactor(1);
var config = DefaultConfig.Instance.AddJob(job).AddExporter(MarkdownExporter.GitHub)
    .HideColumns(Column.Error, Column.StdDev, Column.RatioSD)
    .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "containerize-benchmarks"));
BenchmarkSwitcher.FromAssembly(typeof(Corpus).Assembly).Run(args, config);
