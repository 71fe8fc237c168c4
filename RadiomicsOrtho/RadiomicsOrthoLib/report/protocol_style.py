"""What a page of ROI protocols adds to the style sheet of the report: a grid of steps, two A4 pages on paper."""

PROTOCOL_STYLE = """
.steps { list-style: none; margin: 0; padding: 0; display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fill, minmax(16.5rem, 1fr)); }
.steps li { border: 1px solid var(--rule); border-radius: 6px; padding: .8rem; }
.steps h3 { margin: 0 0 .3rem; }
.steps svg, .parts svg { display: block; width: 100%; max-width: 26rem; height: auto; margin: .6rem auto 0;
  border-radius: 4px; }
.columns { display: grid; gap: 0 2rem; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); }
.columns h3 { margin-top: 0; }
.rules { margin: 0; padding-left: 1.2rem; }
.rules li { margin-bottom: .35rem; }
.tag.secondary { color: var(--muted); }
.why { color: var(--muted); }
.parts svg { max-width: 15rem; margin: 0 0 .3rem 1rem; float: right; }
.parts tbody th { width: 11rem; }
svg.swatch, .parts svg.swatch { display: inline-block; float: none; width: .9em; height: .9em; margin: 0 .4em 0 0;
  vertical-align: -.08em; }
@media (min-width: 40.01rem) { .needs td:nth-child(2) { width: 10rem; } }
@media (max-width: 40rem) { .parts svg:not(.swatch) { float: none; margin: .5rem 0; max-width: 26rem; } }
@media print {
  @page { margin: 11mm; }
  :root { font-size: 8.7pt; }
  body { line-height: 1.32; }
  section { padding: 1.4mm 0; }
  .steps { grid-template-columns: repeat(3, 1fr); gap: 2.5mm; }
  .steps:has(> :nth-child(4):last-child) { grid-template-columns: repeat(4, 1fr); }
  .steps li { padding: 2mm; break-inside: avoid; }
  .steps svg { max-width: 48mm; margin-top: 1mm; }
  .parts svg:not(.swatch) { max-width: 36mm; }
  .parts tbody th, .needs td:nth-child(2) { width: 36mm; }
  .columns { grid-template-columns: 1fr 1fr; gap: 0 6mm; }
  .rules li { margin-bottom: .5mm; }
  .protocol + .protocol { break-before: page; }
}
"""
