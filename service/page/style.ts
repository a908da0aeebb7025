/** The one style sheet: light and dark, wide and narrow. Contrasts are those of WCAG AA or better. */
export const style = `
:root { --back:#f6f7f9; --card:#fff; --line:#d5dae1; --text:#1a2029; --quiet:#56606e; --accent:#1d5fd0; --bar:#3b7de0;
  --good:#17653a; --good-back:#e0f3e7; --warn:#7a4a00; --warn-back:#fdf0d5; --bad:#a3161f; --bad-back:#fde7e8; }
@media (prefers-color-scheme: dark) { :root { --back:#11151b; --card:#1a2029; --line:#343d4a; --text:#e9edf2; --quiet:#a5b0be; --accent:#8ab6ff; --bar:#5c99f2;
  --good:#8fdcae; --good-back:#173325; --warn:#f3c983; --warn-back:#3a2c12; --bad:#ffa8ad; --bad-back:#451d20; } }
* { box-sizing:border-box; }
html { -webkit-text-size-adjust:100%; }
body { margin:0; background:var(--back); color:var(--text); font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif; font-variant-numeric:tabular-nums; }
header, main, footer { max-width:68rem; margin:0 auto; padding:0 1rem; }
header { padding-top:1rem; } .brand { margin:0; font-weight:650; letter-spacing:.01em; } .brand a { color:inherit; text-decoration:none; }
main:focus { outline:none; }
h1 { font-size:1.75rem; line-height:1.2; margin:.5rem 0 1rem; } h2 { font-size:1.15rem; margin:0 0 .75rem; }
section { margin:2rem 0 0; }
a { color:var(--accent); } code { font-size:.95em; }
.skip { position:absolute; left:-999rem; background:var(--card); padding:.5rem 1rem; border-radius:.5rem; } .skip:focus { left:1rem; top:.5rem; z-index:1; }
:focus-visible { outline:3px solid var(--accent); outline-offset:2px; border-radius:.25rem; }
.quiet { color:var(--quiet); font-weight:400; font-size:.875rem; }
.tiles { display:grid; grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr)); gap:.75rem; margin:0; }
.tile { background:var(--card); border:1px solid var(--line); border-radius:.75rem; padding:.75rem 1rem; border-left:.35rem solid var(--line); }
.tile dt { color:var(--quiet); font-size:.875rem; } .tile dd { margin:0; font-size:1.5rem; font-weight:650; line-height:1.3; }
.tile.good { border-left-color:var(--good); } .tile.warn { border-left-color:var(--warn); } .tile.bad { border-left-color:var(--bad); } .tile.bad dd { color:var(--bad); } .tile.warn dd { color:var(--warn); }
.notice { background:var(--warn-back); color:var(--warn); border-radius:.75rem; padding:1rem 1.25rem; } .notice ul { margin:0; padding-left:1.25rem; } .notice h2 { margin-bottom:.25rem; }
table { width:100%; border-collapse:separate; border-spacing:0; background:var(--card); border:1px solid var(--line); border-radius:.75rem; overflow:hidden; }
table, .card, figure { box-shadow:0 1px 2px rgb(0 0 0 / 4%); }
caption { text-align:left; color:var(--quiet); font-size:.875rem; padding:0 0 .5rem; }
th, td { text-align:left; padding:.6rem .75rem; border-top:1px solid var(--line); vertical-align:top; overflow-wrap:anywhere; }
thead th { border-top:0; color:var(--quiet); font-size:.8125rem; font-weight:600; overflow-wrap:normal; }
tbody th { font-weight:600; } tbody th .quiet { display:block; }
.number { text-align:right; }
.badge { display:inline-block; padding:.05rem .55rem; border-radius:1rem; font-size:.875rem; white-space:nowrap; background:var(--back); }
.badge.good { background:var(--good-back); color:var(--good); } .badge.warn { background:var(--warn-back); color:var(--warn); } .badge.bad { background:var(--bad-back); color:var(--bad); }
.reason { display:block; color:var(--quiet); font-size:.8125rem; margin-top:.2rem; max-width:28rem; }
.cards { display:grid; grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr)); gap:.75rem; }
figure, .card { margin:0; background:var(--card); border:1px solid var(--line); border-radius:.75rem; padding:1rem; }
figcaption { font-weight:600; margin-bottom:.5rem; } figcaption .quiet { float:right; }
svg { display:block; width:100%; height:auto; } svg text { fill:var(--quiet); font-size:12px; } .grid { stroke:var(--line); } .bars { fill:var(--bar); }
details { margin-top:.75rem; } summary { cursor:pointer; color:var(--accent); padding:.35rem 0; } details table { margin-top:.5rem; }
.card { max-width:26rem; display:grid; gap:.4rem; } .card h2, .card p { margin:0; } label { font-weight:600; font-size:.9375rem; }
input, select, button { font:inherit; color:inherit; padding:.5rem .75rem; border:1px solid var(--quiet); border-radius:.5rem; background:var(--card); min-height:2.75rem; width:100%; }
button { background:var(--accent); border-color:var(--accent); color:var(--card); font-weight:600; cursor:pointer; margin-top:.4rem; }
footer { color:var(--quiet); font-size:.875rem; padding-top:2rem; padding-bottom:2rem; }
@media (max-width:46rem) {
  h1 { font-size:1.5rem; } .tiles { grid-template-columns:1fr 1fr; } figcaption .quiet { float:none; display:block; }
  .stack, .stack tbody, .stack tr, .stack th, .stack td, .stack caption { display:block; }
  .stack { border:0; background:none; box-shadow:none; } .stack thead { display:none; }
  .stack tr { background:var(--card); border:1px solid var(--line); border-radius:.75rem; padding:.75rem 1rem; margin-bottom:.75rem; }
  .stack th, .stack td { border:0; padding:.15rem 0; text-align:left; } .stack tbody th { font-size:1.0625rem; padding-bottom:.4rem; }
  .stack td::before { content:attr(data-label); display:inline-block; width:8rem; color:var(--quiet); font-size:.875rem; } .stack .reason { margin-left:8rem; max-width:none; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior:smooth; } }
`
