using Containerize.Inputs;

namespace Containerize.Histories;

/// <summary>Which layers a history speaks for, with the figures.</summary>
/// <param name="Default">What the history costs with the layers that each project has.</param>
/// <param name="Current">What it costs with the layers that the project has now.</param>
/// <param name="Proposed">What it costs with the proposed layers; the current ones where no others are better.</param>
/// <param name="Moves">What goes into which layer; none where there is nothing to propose.</param>
/// <param name="Rules">The layers, as a project says them.</param>
/// <param name="IsChange">Whether other layers are proposed than the project has.</param>
/// <param name="Check">How what a part of the history teaches does in the rest; null where the history is too short for that.</param>
internal sealed record LayerProposal(
    ReplayedPlan Default,
    ReplayedPlan Current,
    ReplayedPlan Proposed,
    IReadOnlyList<LayerMove> Moves,
    IReadOnlyList<LayerRule> Rules,
    bool IsChange,
    HeldOut? Check);

/// <summary>How layers do in images that they were not learned from.</summary>
/// <param name="Learned">How many images they were learned from, the oldest ones.</param>
/// <param name="Images">How many images they were checked with.</param>
/// <param name="Without">The bytes that these cost without them.</param>
/// <param name="With">The bytes that these cost with them.</param>
internal sealed record HeldOut(int Learned, int Images, long Without, long With)
{
    /// <summary>The bytes that they spare; less than zero when they do harm.</summary>
    public long Spared => Without - With;
}
