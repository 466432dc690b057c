/** Which run a request is in the middle of: the innermost that is not over. */
import { describe, expect, it } from 'vitest'
import type { Run } from '../../../packages/core/src/response-cache/run.ts'
import { noteOver, noteUnderway, runAround } from '../../../packages/core/src/response-cache/underway.ts'

describe('a request', () => {
  it('is in the middle of nothing once its run is over', () => {
    const exchange = exchangeLike()
    const run = begun(exchange)
    expect(runAround(exchange)).toBe(run)
    noteOver(run)
    expect(runAround(exchange)).toBeUndefined()
  })

  it('is in the middle of the outer run again when the inner one is over', () => {
    const exchange = exchangeLike()
    const outer = begun(exchange)
    const inner = begun(exchange)
    noteOver(inner)
    expect(runAround(exchange)).toBe(outer)
    const second = begun(exchange)
    noteOver(outer)
    expect(runAround(exchange)).toBe(second)
    noteOver(second)
    expect(runAround(exchange)).toBeUndefined()
  })

  it('may have other fields by then', () => {
    const exchange = exchangeLike()
    const run = begun(exchange)
    exchange.requestFields = {}
    noteOver(run)
    expect(runAround(exchange)).toBeUndefined()
  })
})

type ExchangeLike = Run['request']['exchange'] & { requestFields: object }

function exchangeLike(): ExchangeLike {
  return { requestFields: {} } as ExchangeLike
}

/** A run, as far as it is of interest here. */
function begun(exchange: ExchangeLike): Run {
  const run = { request: { exchange }, around: runAround(exchange), isOver: false } as unknown as Run
  noteUnderway(run)
  return run
}
