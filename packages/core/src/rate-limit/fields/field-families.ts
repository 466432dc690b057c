/** Which writers a choice of field families comes to. */
import { writeDraft10Quota } from './draft-10-fields.ts'
import { writeDraft6Policy, writeDraft6Quota } from './draft-6-fields.ts'
import { writeDraft7Quota } from './draft-7-fields.ts'
import { writeDraft8Policy, writeDraft8Quota } from './draft-8-fields.ts'
import type { FieldFamily } from './field-family.ts'
import type { FieldWriter } from './field-writer.ts'
import { writeLegacyFields } from './legacy-fields.ts'

export const fieldFamilies: readonly FieldFamily[] = ['legacy', 'draft-10', 'draft-8', 'draft-7', 'draft-6']

/**
 * Whether one response can carry all of them: draft 7 writes `RateLimit` as a Dictionary, drafts 8 and 10 write the same
 * field as a List.
 */
export function areCompatible(families: readonly FieldFamily[]): boolean {
  return !families.includes('draft-7') || !(families.includes('draft-8') || families.includes('draft-10'))
}

/** Each field is written once: where two families share one, in the newer form. */
export function fieldWriters(families: readonly FieldFamily[]): readonly FieldWriter[] {
  const has = (family: FieldFamily): boolean => families.includes(family)
  const writers: FieldWriter[] = []
  if (has('legacy')) writers.push(writeLegacyFields)
  if (has('draft-8') || has('draft-10')) writers.push(writeDraft8Policy)
  else if (has('draft-6') || has('draft-7')) writers.push(writeDraft6Policy)
  if (has('draft-10')) writers.push(writeDraft10Quota)
  else if (has('draft-8')) writers.push(writeDraft8Quota)
  if (has('draft-7')) writers.push(writeDraft7Quota)
  if (has('draft-6')) writers.push(writeDraft6Quota)
  return writers
}
