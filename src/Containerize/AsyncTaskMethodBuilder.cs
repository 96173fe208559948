// The compiler finds these types by their names, and prefers those of the assembly that it compiles to the framework's.
#pragma warning disable IDE0130 // The framework's namespace is part of their names.
namespace System.Runtime.CompilerServices;
#pragma warning restore IDE0130
#pragma warning disable CA1822 // It calls the members on a builder, whether or not they need one.

/// <summary>
/// Runs asynchronous methods without a result, see <see cref="AsyncTaskMethodBuilder{TResult}"/>.
/// </summary>
internal struct AsyncTaskMethodBuilder
{
    private AsyncTaskMethodBuilder<object?> _inner;

    public readonly Task Task => _inner.Task;

    public static AsyncTaskMethodBuilder Create() => default;

    public readonly void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine => _inner.Start(ref stateMachine);

    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => _inner.AwaitOnCompleted(ref awaiter, ref stateMachine);

    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => _inner.AwaitUnsafeOnCompleted(ref awaiter, ref stateMachine);

    public void SetResult() => _inner.SetResult(null);

    public void SetException(Exception exception) => _inner.SetException(exception);

    public readonly void SetStateMachine(IAsyncStateMachine stateMachine) => _inner.SetStateMachine(stateMachine);
}

/// <summary>
/// Runs asynchronous methods, as the framework's type of this name does. Code of ours is compiled ahead; of the framework's, what is
/// generic over a method of ours is not, and five methods of it are compiled at run time for each asynchronous method that waits: in a
/// build that changes nothing, a quarter of all that is compiled for us.
/// </summary>
internal struct AsyncTaskMethodBuilder<TResult>
{
    private Task<TResult>? _ended;
    private SuspendedMethod<TResult>? _suspended;

    public readonly Task<TResult> Task => _suspended is null ? _ended! : _suspended.Source.Task;

    public static AsyncTaskMethodBuilder<TResult> Create() => default;

    public readonly void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        var context = ExecutionContext.Capture();
        try
        {
            stateMachine.MoveNext();
        }
        finally
        {
            // What the method sets is not to reach its caller.
            if (context is not null && context != ExecutionContext.Capture())
            {
                ExecutionContext.Restore(context);
            }
        }
    }

    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.OnCompleted(Suspend(ref stateMachine));

    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.UnsafeOnCompleted(Suspend(ref stateMachine));

    public void SetResult(TResult result)
    {
        if (_suspended is null)
        {
            _ended = global::System.Threading.Tasks.Task.FromResult(result);
        }
        else
        {
            _suspended.Source.SetResult(result);
        }
    }

    public void SetException(Exception exception)
    {
        if (exception is OperationCanceledException)
        {
            // Made by the framework: only it makes a canceled task that keeps its exception.
            var canceled = AsyncValueTaskMethodBuilder<TResult>.Create();
            canceled.SetException(exception);
            _ended = canceled.Task.AsTask();
            _suspended?.Source.SetFromTask(_ended);
        }
        else if (_suspended is null)
        {
            _ended = global::System.Threading.Tasks.Task.FromException<TResult>(exception);
        }
        else
        {
            _suspended.Source.SetException(exception);
        }
    }

    // Called by no compiler of today.
    public readonly void SetStateMachine(IAsyncStateMachine stateMachine)
    {
    }

    private Action Suspend<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        if (_suspended is not SuspendedMethod<TResult, TStateMachine> suspended)
        {
            // This builder is in the state machine: it is complete before that is copied.
            _suspended = suspended = new SuspendedMethod<TResult, TStateMachine>();
            suspended.StateMachine = stateMachine;
        }

        suspended.Context = ExecutionContext.Capture();
        return suspended.Continue;
    }
}

/// <summary>The task of an asynchronous method that has waited.</summary>
internal abstract class SuspendedMethod<TResult>
{
    internal TaskCompletionSource<TResult> Source { get; } = new();
}

/// <summary>An asynchronous method that waits, on the heap.</summary>
internal sealed class SuspendedMethod<TResult, TStateMachine> : SuspendedMethod<TResult>
    where TStateMachine : IAsyncStateMachine
{
    private readonly ContextCallback _moveNext;
    private TStateMachine _stateMachine = default!;

    // Named here, both are compiled ahead; an override would not be.
    internal SuspendedMethod() => (Continue, _moveNext) = (Resume, MoveNext);

    internal ref TStateMachine StateMachine => ref _stateMachine;

    /// <summary>What the method runs in; null where its flow is suppressed.</summary>
    internal ExecutionContext? Context { get; set; }

    /// <summary>Goes on with the method.</summary>
    internal Action Continue { get; }

    private void Resume()
    {
        if (Context is { } context)
        {
            ExecutionContext.Run(context, _moveNext, null);
        }
        else
        {
            _stateMachine.MoveNext();
        }
    }

    private void MoveNext(object? nothing) => _stateMachine.MoveNext();
}
