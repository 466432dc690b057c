import { expect, it } from 'vitest'
import { Flights, type Flight, type Waiter } from '../../../packages/core/src/engine/flights.ts'

interface Log {
  readonly waiter: Waiter<string>
  readonly calls: string[]
  flight: Flight<string> | undefined
}

function waiter(): Log {
  const log: Log = {
    calls: [],
    flight: undefined,
    waiter: {
      landed: (result) => log.calls.push(`landed ${result}`),
      runAlone: () => log.calls.push('runAlone'),
      again: () => log.calls.push('again'),
      lead: (flight) => {
        log.calls.push('lead')
        log.flight = flight
      },
    },
  }
  return log
}

interface TwoWaiting {
  readonly flights: Flights<string>
  readonly flight: Flight<string>
  readonly a: Log
  readonly b: Log
}

/** A flight under `k`, and two who wait for it. */
function twoWaiting(): TwoWaiting {
  const flights = new Flights<string>()
  const flight = flights.begin('k', { turn: undefined, isCold: true })
  const [a, b] = [waiter(), waiter()]
  flight.join(a.waiter)
  flight.join(b.waiter)
  return { flights, flight, a, b }
}

it('lands everybody with the result, and once', () => {
  const { flights, flight, a, b } = twoWaiting()
  flight.land('page')
  flight.fail()
  flight.release()
  expect([a.calls, b.calls]).toEqual([['landed page'], ['landed page']])
  expect(flights.size).toBe(0)
})

it('releases everybody at once', () => {
  const { flights, flight, a, b } = twoWaiting()
  flight.release()
  expect([a.calls, b.calls]).toEqual([['runAlone'], ['runAlone']])
  expect(flights.size).toBe(0)
})

it('lets everybody look again', () => {
  const { flights, flight, a, b } = twoWaiting()
  flight.retry()
  expect([a.calls, b.calls]).toEqual([['again'], ['again']])
  expect(flights.size).toBe(0)
})

it('makes the next waiter the leader of those behind it when the leader fails', () => {
  const { flights, flight, a, b } = twoWaiting()
  flight.fail()
  expect([a.calls, b.calls]).toEqual([['lead'], []])
  expect(flights.get('k')).toBe(a.flight)
  flight.land('too late')
  a.flight?.land('page')
  expect(b.calls).toEqual(['landed page'])
  expect(flights.size).toBe(0)
})

it('forgets who leaves, also after the leader changed', () => {
  const flights = new Flights<string>()
  const flight = flights.begin('k', { turn: undefined, isCold: true })
  const [a, b, c] = [waiter(), waiter(), waiter()]
  for (const { waiter: joining } of [a, b, c]) flight.join(joining)
  flight.leave(a.waiter)
  flight.fail()
  flight.leave(c.waiter)
  b.flight?.fail()
  expect([a.calls, b.calls, c.calls]).toEqual([[], ['lead'], []])
  expect(flights.size).toBe(0)
})
