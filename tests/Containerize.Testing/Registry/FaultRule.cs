namespace Containerize.Testing.Registry;

/// <summary>
/// Says which requests misbehave. Built by <see cref="TestRegistry.On"/>; in force once <see cref="Do(Fault)"/> was called.
/// </summary>
internal sealed record FaultRule
{
    private readonly FaultRules _rules;
    private readonly Func<RecordedRequest, bool> _matches;
    private readonly bool _refused;

    internal FaultRule(FaultRules rules, Func<RecordedRequest, bool> matches, bool refused)
    {
        _rules = rules;
        _matches = matches;
        _refused = refused;
    }

    internal int Skipped { get; private init; }

    internal int MaxCount { get; private init; } = int.MaxValue;

    /// <summary>Narrows the rule.</summary>
    public FaultRule Where(Func<RecordedRequest, bool> predicate) =>
        new(_rules, request => _matches(request) && predicate(request), _refused) { Skipped = Skipped, MaxCount = MaxCount };

    /// <summary>Narrows the rule to a repository.</summary>
    public FaultRule In(string repository) => Where(request => request.Repository == repository);

    /// <summary>Leaves the first matching requests alone.</summary>
    public FaultRule Skip(int count) => this with { Skipped = count };

    /// <summary>Ends after so many requests.</summary>
    public FaultRule Times(int count) => this with { MaxCount = count };

    /// <summary>Ends after one request.</summary>
    public FaultRule Once() => Times(1);

    /// <summary>Puts the rule into force.</summary>
    /// <returns>The count of what it did.</returns>
    public ActiveFault Do(Fault fault) => _rules.Add(new ActiveFault(this, fault));

    /// <summary>Puts the rule into force.</summary>
    /// <param name="compose">Makes the fault from one that does nothing.</param>
    /// <returns>The count of what it did.</returns>
    public ActiveFault Do(Func<Fault, Fault> compose) => Do(compose(new Fault()));

    internal bool Matches(RecordedRequest request, bool refused) => refused == _refused && _matches(request);
}

/// <summary>A rule in force.</summary>
internal sealed class ActiveFault
{
    private readonly FaultRule _rule;
    private int _seen;

    internal ActiveFault(FaultRule rule, Fault fault)
    {
        _rule = rule;
        Fault = fault;
    }

    /// <summary>How often it was applied.</summary>
    public int Count { get; private set; }

    internal Fault Fault { get; }

    internal bool TryApply(RecordedRequest request, bool refused)
    {
        if (!_rule.Matches(request, refused) || _seen++ < _rule.Skipped || Count >= _rule.MaxCount)
        {
            return false;
        }

        Count++;
        return true;
    }
}

/// <summary>The rules in force. The first that matches is applied, so that rules with a count make a sequence.</summary>
internal sealed class FaultRules
{
    private readonly Lock _lock = new();
    private readonly List<ActiveFault> _active = [];

    /// <summary>Ends all misbehaviour.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _active.Clear();
        }
    }

    internal ActiveFault Add(ActiveFault fault)
    {
        lock (_lock)
        {
            _active.Add(fault);
            return fault;
        }
    }

    internal Fault? Find(RecordedRequest request, bool refused)
    {
        lock (_lock)
        {
            return _active.Find(fault => fault.TryApply(request, refused))?.Fault;
        }
    }
}
