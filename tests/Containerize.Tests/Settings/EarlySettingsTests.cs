using Containerize.Oci;
using Containerize.Settings;

namespace Containerize.Tests.Settings;

[TestClass]
internal sealed class EarlySettingsTests : IDisposable
{
    private static readonly Platform s_linux = Platform.FromRuntimeIdentifier("linux-x64");

    private readonly SettingsLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [TestMethod]
    public void What_is_not_set_yet_is_not_judged()
    {
        _lab.Add(ItemKind.Name, "image").Add(ItemKind.Base, "base", ("Image", "scratch"));

        EarlySettings.Check(_lab.Project, s_linux);
        EarlySettings.Check(_lab.Project, platform: null);
    }

    [TestMethod]
    [DataRow(ItemKind.Port, "8080x", "", "", DiagnosticCode.InvalidProperty)]
    [DataRow(ItemKind.Volume, "data", "", "", DiagnosticCode.InvalidProperty)]
    [DataRow(ItemKind.EnvironmentVariable, "A=B", "", "", DiagnosticCode.InvalidProperty)]
    [DataRow(ItemKind.Image, "image", "StopSignal", "KILL IT", DiagnosticCode.InvalidProperty)]
    [DataRow(ItemKind.Image, "image", "WorkingDirectory", "app", DiagnosticCode.InvalidProperty)]
    [DataRow(ItemKind.Image, "image", "Format", "Docer", DiagnosticCode.InvalidProperty)]
    [DataRow(ItemKind.Image, "image", "AppCommandInstruction", "Start", DiagnosticCode.InvalidProperty)]
    [DataRow(ItemKind.Layers, "layers", "Secrets", "Keep", DiagnosticCode.InvalidProperty)]
    [DataRow(ItemKind.Switch, "ContainerizeSign", "Value", "ture", DiagnosticCode.InvalidProperty)]
    [DataRow(ItemKind.Registry, "regi stry", "", "", DiagnosticCode.InvalidReference)]
    [DataRow(ItemKind.Engine, "Dokcer", "", "", DiagnosticCode.InvalidProperty)]
    [DataRow(ItemKind.Layers, "layers", "Compression", "zip", DiagnosticCode.InvalidProperty)]
    [DataRow(ItemKind.Layers, "layers", "MaxLayers", "0", DiagnosticCode.InvalidProperty)]
    [DataRow(ItemKind.Layer, "models", "", "", DiagnosticCode.InvalidProperty)]
    [DataRow(ItemKind.Push, "push", "UploadBudget", "much", DiagnosticCode.InvalidProperty)]
    [DataRow(ItemKind.Reuse, "reuse", "From", "a b", DiagnosticCode.InvalidReference)]
    [DataRow(ItemKind.Cache, "cache", "MaxAge", "old", DiagnosticCode.InvalidProperty)]
    [DataRow(ItemKind.Registries, "registries", "Retries", "-1", DiagnosticCode.InvalidProperty)]
    [DataRow(ItemKind.Signing, "signing", "Key", "", DiagnosticCode.InvalidSigningKey)]
    [DataRow(ItemKind.Signing, "signing", "Signer", "./notation-kms", DiagnosticCode.InvalidSigner)]
    [DataRow(ItemKind.Signing, "signing", "Key", "-----BEGIN PRIVATE KEY-----", DiagnosticCode.SecretInProperty)]
    [DataRow(ItemKind.Annotation, "a", "Scope", "Images", DiagnosticCode.InvalidProperty)]
    public void A_wrong_value_is_refused(ItemKind kind, string identity, string name, string value, DiagnosticCode code)
    {
        _lab.Add(ItemKind.Name, "image").Add(ItemKind.Base, "base", ("Image", "scratch")).Add(kind, identity, (name, value));

        _lab.Refuses(code, Check);
    }

    [TestMethod]
    [DataRow("app", "1 0", "", DiagnosticCode.InvalidTag)]
    [DataRow("app", "", "1.0;la+test", DiagnosticCode.InvalidTag)]
    [DataRow("app", "1", "2", DiagnosticCode.InvalidTag)]
    [DataRow("-app-", "", "", DiagnosticCode.InvalidRepository)]
    public void A_wrong_name_is_refused(string repository, string tag, string tags, DiagnosticCode code)
    {
        _lab.Add(ItemKind.Name, repository, ("Tag", tag), ("Tags", tags)).Add(ItemKind.Base, "base", ("Image", "scratch"));

        _lab.Refuses(code, Check);
    }

    [TestMethod]
    public void A_wrong_base_is_refused()
    {
        _lab.Add(ItemKind.Name, "image").Add(ItemKind.Base, "base", ("Image", "mcr.microsoft.com/dotnet:a b"));

        _lab.Refuses(DiagnosticCode.InvalidReference, Check);
    }

    private static object? Check(ProjectSettings project)
    {
        EarlySettings.Check(project, s_linux);
        return null;
    }
}
