"""The style sheet of the HTML report: screen from 400 px, dark screens, and A4 paper."""

STYLE = """
:root { color-scheme: light dark; --ink: #1a1a1a; --muted: #555; --paper: #fff; --sheet: #f4f5f6;
  --rule: #d9dce0; --accent: #00598c; --banner: #1f2933; --refuse: #a63603; --warn: #8a5a00; --note: #00598c;
  --refuse-bg: #fdeee6; --warn-bg: #fff6e0; --note-bg: #eaf4fb; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --muted: #b3b8bd; --paper: #1d2024;
  --sheet: #131518; --rule: #3a3f45; --accent: #7cc4f0; --banner: #000; --refuse: #ffab7d; --warn: #f2c14e;
  --note: #7cc4f0; --refuse-bg: #3a2318; --warn-bg: #352b12; --note-bg: #152b3a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--sheet); color: var(--ink); overflow-wrap: anywhere;
  font: 16px/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
.banner { margin: 0; padding: .6rem 1rem; background: var(--banner); color: #fff; text-align: center;
  font-weight: 600; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0 0; }
h2 { font-size: 1.1rem; margin: 0 0 .6rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
p { margin: .3rem 0; }
.place, .interval, .remedy, .code, .what, figcaption, footer { color: var(--muted); }
.place { margin-bottom: 1rem; }
section { background: var(--paper); border: 1px solid var(--rule); border-radius: 8px; padding: 1rem 1.2rem;
  margin: 0 0 1rem; }
.result { border-left: 6px solid var(--accent); }
.result.refused { border-left-color: var(--refuse); }
.value { font-size: 2.4rem; font-weight: 700; line-height: 1.15; margin: 0; }
.class { font-size: 1.15rem; font-weight: 600; }
.result table { margin-top: 1rem; }
.tag { display: inline-block; border: 1px solid currentColor; border-radius: 4px; padding: 0 .4em; font-size: .8rem;
  font-weight: 600; line-height: 1.5; overflow-wrap: normal; }
.verified { color: var(--note); }
.unverified { color: var(--warn); border-style: dashed; }
.findings { list-style: none; margin: 0 0 .6rem; padding: 0; }
.findings li { display: flex; gap: .7rem; padding: .5rem .8rem; margin-bottom: .4rem; border-left: 4px solid; }
.findings p { margin: 0; color: var(--ink); }
.findings .remedy, .findings .code { color: var(--muted); }
.sign { font-size: 1.2rem; line-height: 1.3; }
.refuse li { color: var(--refuse); background: var(--refuse-bg); }
.warn li { color: var(--warn); background: var(--warn-bg); }
.note li { color: var(--note); background: var(--note-bg); }
.code { font: .75rem/1.6 ui-monospace, Consolas, monospace; }
.chart { background: #fff; border-radius: 4px; overflow-x: auto; }
.chart svg { display: block; min-width: 34rem; max-width: 100%; height: auto; margin: 0 auto; }
.chart.narrow { display: none; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem; }
figure { margin: 0; }
.figures svg { width: 100%; height: auto; display: block; border-radius: 4px; }
img { width: 100%; height: auto; display: block; background: #000; border-radius: 4px; }
table { width: 100%; border-collapse: collapse; font-size: .95rem; overflow-wrap: break-word; }
th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-top: 1px solid var(--rule); }
tbody tr:first-child > * { border-top: 0; }
thead th { color: var(--muted); font-weight: 600; font-size: .85rem; border-top: 0;
  border-bottom: 1px solid var(--rule); }
tbody th { font-weight: 600; width: 34%; }
td { font-variant-numeric: tabular-nums; }
.facts tbody th { width: 12rem; }
.reference tbody th, .reference tbody td { width: 25%; }
.reporting td:nth-child(4) { color: var(--muted); }
td ul { margin: 0; padding-left: 1.1rem; }
.notice { border: 1px solid var(--rule); border-radius: 4px; padding: .5rem .8rem; margin: .6rem 0; font-size: .85rem; }
.formula { font: .95rem/1.6 ui-monospace, Consolas, monospace; margin-bottom: .8rem; }
.levels { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0 1.1rem; }
.levels .here { color: var(--accent); font-weight: 600; }
.points th:last-child { text-align: right; white-space: nowrap; padding-right: 0; }
.points td:last-child { text-align: right; font-weight: 700; padding-right: 0; }
.hash { overflow-wrap: anywhere; font: .82rem/1.5 ui-monospace, Consolas, monospace; }
summary { font-weight: 600; cursor: pointer; }
footer { text-align: center; font-size: .85rem; padding: 0 1rem 1rem; }
@media (min-width: 40.01rem) {
  .reporting tbody th, .checklist tbody th { width: 3.2rem; }
  .checklist tbody th { width: 5rem; }
  .checklist td:nth-child(2) { width: 5rem; }
  .reporting td:nth-child(2) { width: 34%; }
  .reporting td:nth-child(4) { width: 5.5rem; }
}
@media (max-width: 40rem) {
  main { padding: .6rem; }
  section { padding: .8rem; border-radius: 6px; }
  .chart.wide { display: none; }
  .chart.narrow { display: block; }
  .chart.narrow svg { min-width: 0; }
  thead { display: none; }
  .points td:last-child { text-align: left; }
  tr { display: block; padding: .5rem 0; border-top: 1px solid var(--rule); }
  tr:first-child { border-top: 0; }
  th, td, tbody th, .facts tbody th { display: block; width: auto; border: 0; padding: 0; }
}
@media print {
  @page { size: A4; margin: 14mm; }
  :root { font-size: 9pt; --ink: #000; --muted: #444; --paper: #fff; --sheet: #fff; --rule: #bbb; --accent: #00598c;
    --refuse: #a63603; --warn: #7a4f00; --note: #00598c; --refuse-bg: #fff; --warn-bg: #fff; --note-bg: #fff; }
  body { font-size: 1rem; line-height: 1.4; background: #fff; }
  .banner { background: #fff; color: #000; border: 2px solid #000; padding: 1.5mm; }
  main { max-width: none; padding: 0; }
  section { border: 0; border-top: 1px solid var(--rule); border-radius: 0; padding: 2.5mm 0; margin: 0; }
  th, td { padding-top: .6mm; padding-bottom: .6mm; }
  .result { border-left: 0; }
  .chart { overflow: visible; }
  .chart.wide { display: block; }
  .chart.narrow { display: none; }
  .chart svg { min-width: 0; width: 100%; }
  img { max-height: 65mm; object-fit: contain; background: none; }
  footer { padding: 0; }
  h2, h3, thead { break-after: avoid; }
  .chart, figure, tr, li, .result { break-inside: avoid; }
  .screen { display: none; }
  .figures { grid-template-columns: repeat(3, 1fr); }
}
"""
