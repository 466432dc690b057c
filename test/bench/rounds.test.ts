import { expect, it } from 'vitest'
import { efforts } from '../../bench/src/effort.ts'
import { ratioColumns } from '../../bench/src/result.ts'
import { measure, type Entrant } from '../../bench/src/rounds.ts'
import { markdownOf, tableOf, textOf } from '../../bench/src/table.ts'

/** Takes so many microseconds for each; fails after so many runs, if it is told to. */
function entrant(name: string, microseconds: number, failsAfter = Infinity): Entrant & { stops: number } {
  const made = {
    name,
    role: name === 'floor' ? ('floor' as const) : ('peer' as const),
    stops: 0,
    async start() {
      if (failsAfter === 0) throw new Error(`${name} is not here`)
      let runs = 0
      return {
        async run(times: number) {
          if (++runs > failsAfter) throw new Error(`${name} gave up`)
          return { times, ms: (times * microseconds) / 1_000, cpuMicroseconds: times * microseconds }
        },
        async stop() {
          made.stops++
        },
      }
    },
  }
  return made
}

const effort = { ...efforts.smoke, rounds: 5 }

it('compares everyone with the floor of the same round, and the floor with itself', async () => {
  const rows = await measure([entrant('floor', 2), entrant('twice', 4)], effort)
  expect(rows.map(({ name }) => name)).toEqual(['floor', 'A/A', 'twice'])
  const columns = [
    { heading: 'CPU µs', measure: 'cpuMicroseconds', show: 'median', digits: 1 } as const,
    { heading: 'added', measure: 'cpuMicroseconds', show: 'added', digits: 1 } as const,
    ...ratioColumns('cpuMicroseconds', 'floor'),
  ]
  expect(tableOf({ title: 'speed', columns, rows }).rows).toEqual([
    ['floor', '2.0', '0.0', '1.00', '0.00'],
    ['A/A', '2.0', '0.0', '1.00', '0.00'],
    ['twice', '4.0', '2.0', '2.00', '0.00'],
  ])
})

it('makes a row of whoever cannot start or gives up on the way, and goes on with the others', async () => {
  const late = entrant('late', 1, 12)
  const sound = entrant('sound', 1)
  const rows = await measure([entrant('floor', 1), entrant('absent', 1, 0), late, sound], effort)
  const columns = [{ heading: 'CPU', measure: 'cpuMicroseconds', show: 'median', digits: 0 } as const]
  const table = tableOf({ title: 'speed', columns, rows })
  expect(table.rows).toEqual([
    ['floor', '1'],
    ['A/A', '1'],
    ['absent', 'not measured: absent is not here'],
    ['late', 'not measured: late gave up'],
    ['sound', '1'],
  ])
  expect(textOf(table).split('\n')).toContain('late    not measured: late gave up')
  expect([late.stops, sound.stops]).toEqual([1, 1])
})

it('keeps tables of a document apart', () => {
  const table = { title: 'one', columns: ['', 'n'], rows: [['a', '1']] }
  expect(`${markdownOf(table)}${markdownOf({ ...table, title: 'two' })}`).toBe(
    '**one**\n\n|  | n |\n| --- | --: |\n| a | 1 |\n\n**two**\n\n|  | n |\n| --- | --: |\n| a | 1 |\n\n',
  )
})
