/** Slots: found, freed and used again, in bounded memory. */
import { describe, expect, it } from 'vitest'
import { KeyTable } from '../../../packages/core/src/rate-limit/key-table.ts'

const tableOf = (keepsLog = false): KeyTable => new KeyTable({ words: 2, keepsLog })

function write(table: KeyTable, key: string, value: number, settlesAt = 100): number {
  const slot = table.add(key)
  table.numbers[table.at] = value
  table.numbers[table.at + 1] = -value
  table.note(slot, settlesAt, false)
  return slot
}

describe('a key table', () => {
  it('keeps the words of each key apart while it grows', () => {
    const table = tableOf()
    for (let index = 0; index < 1_000; index++) write(table, `key ${index}`, index)
    for (let index = 0; index < 1_000; index++) {
      expect(table.find(`key ${index}`)).toBe(index)
      expect([table.numbers[table.at], table.numbers[table.at + 1]]).toEqual([index, -index])
    }
    expect(table.find('another')).toBe(-1)
    expect(table.size).toBe(1_000)
  })

  it('gives a freed slot to the next key', () => {
    const table = tableOf()
    const slot = write(table, 'one', 1)
    expect(table.delete('one')).toBe(true)
    expect(table.delete('one')).toBe(false)
    expect(table.find('one')).toBe(-1)
    expect(write(table, 'two', 2)).toBe(slot)
    for (let round = 0; round < 10_000; round++) {
      write(table, 'passing', round)
      table.delete('passing')
    }
    expect(table.numbers.length).toBeLessThan(100)
  })

  it('gives no key the log of the one before', () => {
    const table = tableOf(true)
    table.add('one')
    table.log.add(5, 3)
    table.delete('one')
    table.add('two')
    expect(table.log.size).toBe(0)
    table.log.add(7, 1)
    table.add('three')
    table.find('two')
    expect(table.log.latest).toBe(7)
  })

  it('frees a settled key first', () => {
    const table = tableOf()
    for (let index = 0; index < 10; index++) write(table, `key ${index}`, index, index === 7 ? 50 : 100)
    expect(table.evict(50)).toBe(true)
    expect(table.find('key 7')).toBe(-1)
    expect(table.size).toBe(9)
  })

  it('frees one that was not used since eviction last passed by', () => {
    const table = tableOf()
    for (let index = 0; index < 10; index++) write(table, `key ${index}`, index)
    // The first round finds all of them used lately, and frees any.
    table.evict(0)
    for (let index = 0; index < 10; index++) {
      const slot = table.find(`key ${index}`)
      if (slot !== -1 && index !== 4) table.keep(slot)
    }
    table.evict(0)
    expect(table.find('key 4')).toBe(-1)
    expect(table.size).toBe(8)
  })

  it('frees no exhausted key before it has settled', () => {
    const table = tableOf()
    for (let index = 0; index < 10; index++) table.note(write(table, `key ${index}`, index), 100, true)
    for (let time = 0; time < 50; time++) expect(table.evict(99)).toBe(false)
    expect(table.size).toBe(10)
    expect(table.evict(100)).toBe(true)
  })

  it('frees nothing where there is nothing', () => {
    expect(tableOf().evict(0)).toBe(false)
  })
})
