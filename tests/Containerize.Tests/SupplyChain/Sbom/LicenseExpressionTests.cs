using Containerize.SupplyChain.Sbom;

namespace Containerize.Tests.SupplyChain.Sbom;

[TestClass]
internal sealed class LicenseExpressionTests
{
    [TestMethod]
    [DataRow("MIT")]
    [DataRow("Apache-2.0 OR MIT")]
    [DataRow("GPL-2.0+")]
    [DataRow("GPL-2.0-only WITH Classpath-exception-2.0")]
    [DataRow("(MIT AND (LGPL-2.1+ OR 0BSD))")]
    [DataRow("MIT AND Zlib OR ISC")]
    [DataRow("  MIT\n")]
    public void An_expression_of_SPDX_is_one(string text) => Assert.IsTrue(LicenseExpression.IsOne(text));

    [TestMethod]
    [DataRow("")]
    [DataRow("UNLICENSED")]
    [DataRow("NONE")]
    [DataRow("MIT OR UNLICENSED")]
    [DataRow("Our own licence")]
    [DataRow("MIT or Apache-2.0")]
    [DataRow("MIT OR")]
    [DataRow("OR MIT")]
    [DataRow("MIT Apache-2.0")]
    [DataRow("(MIT")]
    [DataRow("MIT)")]
    [DataRow("()")]
    [DataRow("+")]
    [DataRow("MIT WITH")]
    [DataRow("GPL-2.0 WITH Classpath-exception-2.0+")]
    [DataRow("MIT WITH (Classpath-exception-2.0)")]
    [DataRow("LicenseRef-Ours")]
    [DataRow("DocumentRef-a:LicenseRef-b")]
    [DataRow("https://example.com/license")]
    [DataRow("Lizenz-für-alle")]
    public void Another_text_is_none(string text) => Assert.IsFalse(LicenseExpression.IsOne(text));
}
