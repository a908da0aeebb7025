import { html } from 'hono/html'
import { grouped } from './text.ts'

export interface Chart {
  readonly id: string
  readonly title: string
  /** What is counted: `posts`. */
  readonly unit: string
  readonly values: readonly { readonly day: string; readonly value: number }[]
}

const WIDTH = 600
const HEIGHT = 140
const FLOOR = HEIGHT - 20
const TOP = 14

/** Bars per day, as plain SVG; the title tells the figures to those who do not see it, and a table beside it has them all. */
export function barChart({ id, title, unit, values }: Chart) {
  const highest = roundUp(Math.max(1, ...values.map(({ value }) => value)))
  const step = WIDTH / values.length
  const total = values.reduce((sum, { value }) => sum + value, 0)
  const bars = values.map(({ day, value }, index) => {
    const height = value === 0 ? 0 : Math.max(2, (value / highest) * (FLOOR - TOP))
    const place = { x: (index * step + step * 0.15).toFixed(1), y: (FLOOR - height).toFixed(1) }
    return html`<rect x="${place.x}" y="${place.y}" width="${(step * 0.7).toFixed(1)}" height="${height.toFixed(1)}" rx="2"><title>${day}: ${grouped(value)} ${unit}</title></rect>`
  })
  const [first, last] = [values[0]?.day ?? '', values.at(-1)?.day ?? '']
  return html`<figure>
    <figcaption id="${id}">${title} <span class="quiet">${grouped(total)} in ${values.length} days</span></figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}">
      <line class="grid" x1="0" x2="${WIDTH}" y1="${TOP}" y2="${TOP}" />
      <line class="grid" x1="0" x2="${WIDTH}" y1="${FLOOR}" y2="${FLOOR}" />
      <text x="0" y="${TOP - 3}">${grouped(highest)}</text>
      <g class="bars">${bars}</g>
      <text x="0" y="${HEIGHT - 4}">${first}</text>
      <text x="${WIDTH}" y="${HEIGHT - 4}" text-anchor="end">${last}</text>
    </svg>
  </figure>`
}

/** The next of 1, 2, 5, 10, 20, 50, … */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5].find((factor) => factor * power >= value) ?? 10) * power
}
