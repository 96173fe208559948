using System.Runtime.CompilerServices;

namespace Containerize.Tests;

[TestClass]
internal sealed class AsyncTaskMethodBuilderTests
{
    private readonly AsyncLocal<string?> _local = new();

    [TestMethod]
    public void Methods_of_all_assemblies_with_access_run_on_the_library_s_builder()
    {
        foreach (var type in new[] { typeof(AsyncTaskMethodBuilderTests), typeof(ContainerizeException) })
        {
            var builders = type.Assembly.GetTypes()
                .Where(machine => machine.GetInterfaces().Contains(typeof(IAsyncStateMachine)))
                .Select(machine => machine.GetField("<>t__builder")!.FieldType)
                .Where(builder => builder.Name.StartsWith("AsyncTaskMethodBuilder", StringComparison.Ordinal))
                .ToList();

            Assert.IsNotEmpty(builders);
            Assert.IsTrue(builders.TrueForAll(builder => builder.Assembly.GetName().Name == "Containerize"));
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_result_arrives_whether_or_not_the_method_waits(bool waits)
    {
        Assert.AreEqual(42, await ResultAsync(waits, 42));
        Assert.AreEqual("text", await ResultAsync(waits, "text"));
        Assert.AreEqual((1, "two"), await ResultAsync(waits, (1, "two")));
        Assert.AreEqual(!waits, ResultAsync(waits, 1).IsCompletedSuccessfully);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_failure_arrives_as_it_was_thrown(bool waits)
    {
        var failure = new InvalidDataException("damaged");

        var task = FailAsync(waits, failure);

        Assert.AreSame(failure, await Assert.ThrowsExactlyAsync<InvalidDataException>(() => task));
        Assert.IsTrue(task.IsFaulted);
        Assert.Contains(nameof(FailAsync), failure.StackTrace!);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_cancellation_keeps_its_exception(bool waits)
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var failure = new TaskCanceledException("too slow", new TimeoutException(), stop.Token);

        var task = FailAsync(waits, failure);

        Assert.AreSame(failure, await Assert.ThrowsExactlyAsync<TaskCanceledException>(() => task));
        Assert.IsTrue(task.IsCanceled);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task What_a_method_sets_in_its_context_stays_in_it(bool waits)
    {
        _local.Value = "caller";

        var task = SetAsync(waits);

        Assert.AreEqual("caller", _local.Value, "it does not reach the caller");
        Assert.AreEqual("method", await task, "and is kept while the method waits");
        Assert.AreEqual("caller", _local.Value);
    }

    [TestMethod]
    public async Task Without_a_flowing_context_it_goes_on_as_well()
    {
        Task<int> task;
        using (ExecutionContext.SuppressFlow())
        {
            task = ResultAsync(waits: true, 7);
        }

        Assert.AreEqual(7, await task);
    }

    [TestMethod]
    public async Task Many_methods_that_wait_for_one_another_do_not_exhaust_the_stack()
    {
        var gate = new TaskCompletionSource();
        Task chain = gate.Task;
        for (var index = 0; index < 100_000; index++)
        {
            chain = AfterAsync(chain);
        }

        gate.SetResult();
        await chain;
    }

    [TestMethod]
    public async Task A_loop_waits_any_number_of_times()
    {
        var sum = 0;
        for (var index = 0; index < 1000; index++)
        {
            sum += await ResultAsync(index % 2 == 0, index);
        }

        Assert.AreEqual(499_500, sum);
    }

    private static async Task AfterAsync(Task before) => await before;

    private static async Task<T> ResultAsync<T>(bool waits, T result)
    {
        if (waits)
        {
            await Task.Yield();
            await Task.Delay(1).ConfigureAwait(false);
        }

        return result;
    }

    private static async Task FailAsync(bool waits, Exception failure)
    {
        if (waits)
        {
            await Task.Yield();
        }

        throw failure;
    }

    private async Task<string?> SetAsync(bool waits)
    {
        _local.Value = "method";
        if (waits)
        {
            await Task.Delay(1);
        }

        return _local.Value;
    }
}
