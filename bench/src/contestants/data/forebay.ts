/** createCache of @forebay/core: as it is by default, and handing out one frozen value instead of copies. */
import { memoryBackend } from '@forebay/core'
import { dataEntries, type DataContestant } from '../../data-contestant.ts'
import { forebaySubject } from '../../forebay-subject.ts'

function forebay(name: string, freeze: boolean): DataContestant {
  return {
    name,
    role: 'ours',
    make: () => forebaySubject(memoryBackend({ maxEntries: dataEntries, maxBytes: 2 ** 30 }), { freeze }),
  }
}

export const forebayContestants: readonly DataContestant[] = [
  forebay('forebay', false),
  forebay('forebay, freeze', true),
]
