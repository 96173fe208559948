namespace Containerize.Pages;

/// <summary>How the page looks: light and dark, on small screens and on paper.</summary>
internal static class PageStyle
{
    internal const string Sheet = """

        :root {
          color-scheme: light dark;
          --back: #fff; --text: #1b1f24; --soft: #57606a; --line: #d5dae0; --panel: #f5f7f9; --link: #0550ae; --bad: #b42318;
            --warn: #8a5a00;
          --good: #1a7f37; --ink: #10151b; --edge: #fff;
          --l0: #9cc7f5; --l1: #a8dcb5; --l2: #f6cf8f; --l3: #e5b3ea; --l4: #f3aca5; --l5: #9fdede; --l6: #cfd38a; --l7: #c3bdf3;
            --base: #c9d1d9;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --back: #0f1419; --text: #e6edf3; --soft: #9aa6b2; --line: #303943; --panel: #182028; --link: #7cb8ff; --bad: #ff8d85;
              --warn: #e8b64c;
            --good: #5fcf7c; --ink: #f3f7fb; --edge: #0f1419;
            --l0: #1f4f80; --l1: #23603a; --l2: #77500f; --l3: #6b3572; --l4: #80332c; --l5: #1c5f62; --l6: #585c17; --l7: #47408a;
              --base: #3a444f;
          }
        }
        * { box-sizing: border-box; }
        html { font: 100%/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; background: var(--back);
          color: var(--text); }
        body { margin: 0 auto; padding: 1rem clamp(.75rem, 3vw, 2.5rem) 4rem; max-width: 90rem; }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0 1rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; padding-top: .75rem; border-top: 2px solid var(--line); }
        h3 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
        h4 { font-size: 1rem; margin: 1.25rem 0 .25rem; overflow-wrap: anywhere; }
        p { margin: .5rem 0; max-width: 75ch; }
        a { color: var(--link); }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        code, pre, td.path, dd.code { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
          font-size: .86em; }
        code, .path, dd { overflow-wrap: anywhere; }
        pre { background: var(--panel); border: 1px solid var(--line); border-radius: .4rem; padding: .6rem .8rem; margin: .5rem 0;
          white-space: pre-wrap; overflow-wrap: anywhere; }
        .skip { position: absolute; left: -100rem; }
        .skip:focus { position: static; }
        nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; padding: 0; margin: .5rem 0; }
        dl.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .25rem 1.25rem; margin: .5rem 0 1rem; }
        dl.facts dt { color: var(--soft); }
        dl.facts dd { margin: 0; }
        dl.facts dd + dd { grid-column: 2; }
        table { border-collapse: collapse; width: 100%; margin: .5rem 0; font-size: .93rem; }
        th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); }
        th { color: var(--soft); font-weight: 600; }
        td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
        td.path { min-width: 9rem; }
        details { margin: .3rem 0; }
        details details { margin-left: 1rem; }
        summary { cursor: pointer; padding: .2rem 0; overflow-wrap: anywhere; }
        summary .size { color: var(--soft); }
        .soft { color: var(--soft); }
        .bar, .map { display: block; width: 100%; }
        .bar { height: 28px; border-radius: .3rem; }
        .bar rect { fill: var(--fill); stroke: var(--edge); }
        .map { height: 560px; margin: .5rem 0; }
        .map.small { display: none; }
        .map rect { stroke: var(--edge); fill: var(--fill); }
        .map .package > rect { fill: color-mix(in srgb, var(--fill) 80%, var(--back)); stroke-width: 2; }
        .map .file > rect { fill: color-mix(in srgb, var(--fill) 55%, var(--back)); }
        .map .file:hover > rect { fill: var(--fill); }
        .map text { fill: var(--ink); font-size: 11.5px; pointer-events: none; }
        .map .layer > text { font-size: 13px; font-weight: 700; }
        .map .package > text { font-weight: 600; }
        .map tspan, .map .s { font-weight: 400; opacity: .8; }
        .l0 { --fill: var(--l0); } .l1 { --fill: var(--l1); } .l2 { --fill: var(--l2); } .l3 { --fill: var(--l3); }
        .l4 { --fill: var(--l4); } .l5 { --fill: var(--l5); } .l6 { --fill: var(--l6); } .l7 { --fill: var(--l7);
          } .base { --fill: var(--base); }
        .key { display: inline-block; width: .8em; height: .8em; border-radius: .15em; background: var(--fill); margin-right: .45em; }
        .error { color: var(--bad); font-weight: 600; } .warning { color: var(--warn); font-weight: 600; } .good { color: var(--good); }
        .added { color: var(--good); } .removed { color: var(--bad); }
        .wide-only { white-space: nowrap; }
        th.part { padding-left: 1.8em; font-weight: 400; overflow-wrap: anywhere; }
        @media (max-width: 40rem) {
          .map.large, .wide-only { display: none; }
          .map.small { display: block; }
          dl.facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
          dl.facts dd { grid-column: 1; margin-bottom: .4rem; }
          dl.facts dd + dd { grid-column: 1; }
          td.path { min-width: 0; }
        }
        @media print { .map, .bar { break-inside: avoid; } nav { display: none; } }

        """;
}
