import { describe, expect, it } from 'vitest'
import {
  groupsOf,
  invalidatedGroups,
  taggedBy,
} from '../../../packages/core/src/response-cache/response-tags.ts'

describe('tags', () => {
  it('are named in Cache-Tag and Surrogate-Key', () => {
    expect(taggedBy({ 'cache-tag': 'a, b ,,c', 'surrogate-key': ' d  e\ta ' })).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
    ])
    expect(taggedBy({ 'cache-tag': ['a', 'b'] })).toEqual(['a', 'b'])
    expect(taggedBy({})).toEqual([])
  })

  it('are all kept: what is left out could not be purged by it', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => `${'t'.repeat(index)}${index}`)
    expect(taggedBy({ 'cache-tag': many })).toEqual(many)
    expect(taggedBy({ 'surrogate-key': many.join(' ') })).toEqual(many)
    expect(groupsOf({ 'cache-groups': many.map((tag) => `"${tag}"`).slice(0, 300) })).toEqual(
      many.slice(0, 300),
    )
  })

  it('groups are Lists of Strings, and nothing else', () => {
    expect(groupsOf({ 'cache-groups': '"a", "B b";x=1' })).toEqual(['a', 'B b'])
    expect(groupsOf({ 'cache-groups': '"a", b' })).toEqual([])
    expect(groupsOf({ 'cache-groups': '"a' })).toEqual([])
    expect(invalidatedGroups({ 'cache-group-invalidation': ['"a"', '"b"'] })).toEqual(['a', 'b'])
  })
})
