/** Progress while the traffic runs: one line that is redrawn on a terminal, a line now and then elsewhere. */
import type { Result } from './report.ts'
import { requestsPerShop } from './traffic.ts'

/** Shows progress until the returned function is called. */
export function showProgress(results: readonly Result[]): () => void {
  const live = process.stdout.isTTY
  const draw = (): void => {
    const parts = results.map(({ shop, tally }) => {
      const percent = Math.round((100 * tally.requests) / requestsPerShop)
      return `${shop.framework} ${String(percent).padStart(3)} % (${tally.spared} spared, ${tally.denied} denied)`
    })
    process.stdout.write(live ? `\r  ${parts.join('   ')}  ` : `  ${parts.join('   ')}\n`)
  }
  const timer = setInterval(draw, live ? 100 : 700)
  return () => {
    clearInterval(timer)
    draw()
    if (live) process.stdout.write('\n')
  }
}
