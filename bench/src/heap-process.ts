/** One contestant and a million keys, in a process of its own: prints the bytes that each key takes beyond its text. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { decisionContestants } from './contestants/decision/index.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const [name, countText] = process.argv.slice(2)
const count = Number(countText)
const decide = decisionContestants.find((one) => one.name === name)?.make()
// Flat texts: one that is put together of others would be copied when it is first looked up.
const keys = Array.from({ length: count }, (_, index) =>
  Buffer.from(`client-number-${index}`).toString('latin1'),
)

function heldBytes(): number {
  collectGarbage()
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const before = heldBytes()
for (const key of keys) await decide?.(key)
const bytes = (heldBytes() - before) / count
// Used once more, so that neither the contestant nor the keys were garbage when they were counted.
await decide?.(keys[0] ?? '')
console.log(JSON.stringify({ bytes }))
// Peers keep timers.
process.exit(0)
