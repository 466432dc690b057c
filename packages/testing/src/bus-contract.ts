/** The suite of an invalidation bus: what one node says, every other node hears. */
import { describe, expect, it } from 'vitest'
import type { Bus } from '@forebay/core'
import type { BackendHarness } from './backend-harness.ts'
import { withBackend } from './with-backend.ts'

/** Declares the tests; to be called at the top level of a test file or within `describe`. */
export function busContract(harness: BackendHarness): void {
  describe(`${harness.name}: bus`, () => {
    const current = withBackend(harness)

    it('does not let a publisher hear itself', async () => {
      const { bus } = current.backend
      const heard: string[] = []
      const undo = bus.subscribe('topic', { message: (message) => heard.push(message), gap: () => undefined })
      await bus.publish('topic', 'message')
      await current.advance(200)
      expect(heard).toEqual([])
      undo()
    })

    it('can be left more than once', () => {
      const undo = current.backend.bus.subscribe('topic', { message: () => undefined, gap: () => undefined })
      undo()
      expect(undo).not.toThrow()
    })

    it('tells the subscribers of the topic in every other process, in order, until they leave', async () => {
      const { neighbour } = current
      expect(neighbour !== undefined).toBe(current.backend.shared)
      if (neighbour === undefined) return
      const heard = listenTo(neighbour.bus, 'topic')
      const elsewhere = listenTo(neighbour.bus, 'other topic')
      await current.advance(200)
      await current.backend.bus.publish('topic', 'first')
      await current.backend.bus.publish('topic', 'second')
      await current.advance(200)
      expect(heard.messages).toEqual(['first', 'second'])
      heard.undo()
      await current.backend.bus.publish('topic', 'third')
      await current.advance(200)
      expect(heard.messages).toEqual(['first', 'second'])
      expect(elsewhere.messages).toEqual([])
      elsewhere.undo()
    })

    it('says whether what it told can be relied on, where messages can be missed at all', async () => {
      const { bus, shared } = current.backend
      expect(typeof bus.isLive).toBe(shared ? 'function' : 'undefined')
      if (bus.isLive === undefined) return
      expect(bus.isLive('topic')).toBe(false)
      const { undo } = listenTo(bus, 'topic')
      await current.advance(500)
      expect(bus.isLive('topic')).toBe(true)
      expect(bus.isLive('other topic')).toBe(false)
      undo()
      expect(bus.isLive('topic')).toBe(false)
    })

    it('is not stopped by a listener that throws', async () => {
      const { neighbour } = current
      if (neighbour === undefined) return
      const undo = neighbour.bus.subscribe('topic', {
        message() {
          throw new Error('a listener with a bug')
        },
        gap: () => undefined,
      })
      const heard = listenTo(neighbour.bus, 'topic')
      await current.advance(200)
      await current.backend.bus.publish('topic', 'message')
      await current.advance(200)
      expect(heard.messages).toEqual(['message'])
      heard.undo()
      undo()
    })
  })
}

function listenTo(bus: Bus, topic: string): { readonly messages: string[]; readonly undo: () => void } {
  const messages: string[] = []
  const undo = bus.subscribe(topic, { message: (message) => messages.push(message), gap: () => undefined })
  return { messages, undo }
}
