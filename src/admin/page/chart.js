// Lines over the last minutes, drawn by uPlot in the page's own colours.
import uPlot from './uplot.js'

const POINTS = 150
const HEIGHT = 180

/**
 * @param {HTMLElement} place
 * @param {readonly { label: string, color: string }[]} lines `color`: the name of a custom property
 * @param {{ log?: boolean }} [options] `log`: for lines that are orders of magnitude apart
 * @returns {(values: readonly (number | null)[]) => void} adds one point to each line
 */
export function chart(place, lines, { log = false } = {}) {
  const data = [[], ...lines.map(() => [])]
  let plot = null

  const draw = () => {
    plot?.destroy()
    const axis = { stroke: resolved('--faint'), grid: { stroke: resolved('--line') }, ticks: { show: false } }
    plot = new uPlot(
      {
        width: Math.max(200, place.clientWidth),
        height: HEIGHT,
        cursor: { y: false },
        scales: { y: log ? { distr: 3 } : {} },
        axes: [axis, { ...axis, size: 56 }],
        series: [
          {},
          ...lines.map(({ label, color }) => ({ label, stroke: resolved(color), width: 2, spanGaps: false })),
        ],
      },
      data,
      place,
    )
  }

  new ResizeObserver(() =>
    plot?.setSize({ width: Math.max(200, place.clientWidth), height: HEIGHT }),
  ).observe(place)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)
  draw()

  return (values) => {
    data[0].push(Date.now() / 1000)
    values.forEach((value, index) => data[index + 1].push(value))
    for (const line of data) if (line.length > POINTS) line.shift()
    plot.setData(data)
  }
}

/** A custom property's colour as it is now: a canvas does not know `light-dark`. */
function resolved(name) {
  const probe = document.createElement('i')
  probe.style.color = `var(${name})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
