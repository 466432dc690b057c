/** The common case in Lua, without a table or a call that it could do without: a key that is not denied, and has no block. */

/**
 * `quick(key, plan)` consumes when all of that is so, and says whether it did; otherwise nothing has happened, and what
 * decides anything decides. A part of a record is 12 bytes of id, how many numbers it has, and these as floats.
 */
export interface QuickSource {
  /** Numbers of a state. */
  readonly numbers: readonly string[]
  /** Sets `remaining`, `nextAt` and `window` from the state's numbers, `limit`, `windowMs`, `burst` and `units`, or returns false. */
  readonly charge: string
}

const segments = [1, 2, 3, 4, 5, 6]

const sumUsed = `used = 0
    ${segments.map((i) => `if l${i} > horizon then used = used + u${i}`).join(' ')} ${segments.map(() => 'end').join(' ')}`

/** Oldest first: when one unit more than now is left. */
const untilFits = segments
  .toReversed()
  .map(
    (i) =>
      `if nextAt == never and l${i} > horizon then missing = missing - u${i} if missing <= 0 then nextAt = l${i} + windowMs end end`,
  )
  .join('\n      ')

const shift = [6, 5, 4, 3, 2].map((i) => `l${i}, u${i} = l${i - 1}, u${i - 1}`).join(' ')

export const quickSlidingWindow: QuickSource = {
  numbers: ['endsAt', 'begins', ...segments.flatMap((i) => [`l${i}`, `u${i}`])],
  charge: `
    local horizon, used = now - windowMs, 0
    ${sumUsed}
    local available = limit - used
    if units == 0 or units > available then return false end
    if u1 == 0 or now >= begins + math.ceil(windowMs / 5) then
      if u1 > 0 then
        if l6 > horizon then u5 = corrected(u5, u6) end
        ${shift}
      end
      begins, l1, u1 = now, now, 0
    end
    if l1 < now then l1 = now end
    u1 = u1 + units
    remaining, nextAt, window, wholeAt = available - units, now, begins, l1 + windowMs
    if wholeAt < now then wholeAt = now end
    if endsAt < wholeAt then endsAt = wholeAt end
    if remaining < burst then
      if l2 <= horizon then
        nextAt = wholeAt
      else
        ${sumUsed}
        local missing = remaining + 1 - (limit - used)
        if missing > 0 then
          nextAt = never
          ${untilFits}
        end
      end
    end
    `,
}

export const quickFixedWindow: QuickSource = {
  numbers: ['endsAt', 'closes', 'used'],
  charge: `
    if closes <= now then closes, used = now + windowMs, 0 end
    local available = limit - used
    if units == 0 or units > available then return false end
    used = used + units
    remaining, window, wholeAt = available - units, closes, closes
    nextAt = remaining >= burst and now or closes
    if endsAt < wholeAt then endsAt = wholeAt end`,
}

/** Needs the numbers and the answers in front of it. */
export function quickSource({ numbers, charge }: QuickSource): string {
  const names = numbers.join(', ')
  const format = `'<c12B${'d'.repeat(numbers.length)}'`
  const bytes = 13 + 8 * numbers.length
  return `
local pack, unpackText, readText, call = struct.pack, struct.unpack, redis.pcall, redis.call
local quickStates, quickAnswers, quickHead = {}, {}, pack('<dd', 0, 0)
-- Of one plan they are mostly the same, and numbers are dear to write.
local quickLife, quickLifeText

local function quick(key, plan)
  local count = #plan - 2
  local text = readText('GET', key)
  if text and (type(text) ~= 'string' or #text ~= count * ${bytes}) then return false end
  local last = 0
  for n = 1, count do
    local p = plan[n + 2]
    local limit, windowMs, burst, units = p[3], p[4], p[5], p[6]
    local id, size, ${names}
    if text then
      id, size, ${names} = unpackText(${format}, text, (n - 1) * ${bytes} + 1)
      if id ~= p[2] or size ~= ${numbers.length} then return false end
    else
      id, ${names} = p[2], ${numbers.map(() => '0').join(', ')}
    end
    local remaining, nextAt, window, wholeAt
    ${charge}
    quickStates[n] = pack(${format}, id, ${numbers.length}, ${names})
    quickAnswers[n] = pack('<dddddd', 1, remaining, wholeAt, nextAt, 0, window)
    if endsAt > last then last = endsAt end
  end
  local life = lifeMs(last)
  if life ~= quickLife then quickLife, quickLifeText = life, string.format('%.0f', life) end
  local record = count == 1 and quickStates[1] or table.concat(quickStates, '', 1, count)
  call('SET', key, record, 'PX', quickLifeText)
  local filled = #out
  out[filled + 1] = quickHead
  for n = 1, count do out[filled + 1 + n] = quickAnswers[n] end
  return true
end
`
}
