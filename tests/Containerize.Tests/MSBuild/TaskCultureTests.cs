using System.Globalization;
using Containerize.MSBuild;
using Microsoft.Build.Framework;
using Moq;

namespace Containerize.Tests.MSBuild;

/// <summary>A task runs in the culture of the user's machine; its work does not.</summary>
[TestClass]
internal sealed class TaskCultureTests
{
    private static readonly DateTime s_time = new(2026, 1, 31, 13, 0, 0, DateTimeKind.Utc);

    [TestMethod]
    public void Numbers_and_dates_are_written_alike_in_every_culture()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = "٫";
        culture.NumberFormat.NegativeSign = "minus";
        culture.DateTimeFormat.DateSeparator = ".";
        culture.DateTimeFormat.ShortDatePattern = "dd/MM/yyyy";
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = culture;
        try
        {
            using var task = new WritingTask { BuildEngine = new Mock<IBuildEngine>().Object };

            Assert.IsTrue(task.Execute());

            Assert.AreEqual("1.5 -2 01/31/2026; 1.5 -2 01/31/2026; 1.5 -2 01/31/2026", string.Join("; ", task.Written));
            Assert.AreSame(culture, CultureInfo.CurrentCulture, "The culture of MSBuild's thread stays.");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private sealed class WritingTask : ContainerizeTask
    {
        internal List<string> Written { get; } = [];

#pragma warning disable CA1305 // what happens without a culture is what is tried
        private static string Text => $"{1.5} {-2} {s_time:d}";
#pragma warning restore CA1305

        private protected override async Task RunAsync(IReporter reporter, CancellationToken cancellationToken)
        {
            Written.Add(Text);
            await Task.Yield();
            Written.Add(Text);
            Written.Add(await Task.Run(() => Text, cancellationToken));
        }
    }
}
