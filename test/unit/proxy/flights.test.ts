// One flight per key: who boards, who leads, and what everybody is told.
import { describe, expect, test } from 'vitest'
import { type Flight, Flights, type Passenger } from '../../../src/proxy/flights.ts'

type Told = Passenger<string, string> & { readonly heardOf: string[] }

function passenger(onLanding: (landing: string) => void = () => undefined): Told {
  const heardOf: string[] = []
  return {
    heardOf,
    heard: (news) => void heardOf.push(news),
    landed(landing) {
      heardOf.push(`landed ${landing}`)
      onLanding(landing)
    },
  }
}

function airport() {
  const flights = new Flights<string, string>()
  const started: Flight<string, string>[] = []
  const start = (flight: Flight<string, string>): void => void started.push(flight)
  return { flights, started, start }
}

describe('joining', () => {
  test('the first of a key must set the flight off, the others must board it', () => {
    const { flights, started, start } = airport()
    const [a, b, c] = [passenger(), passenger(), passenger()]
    const flight = flights.join('k', a, start)
    expect(flights.join('k', b, start)).toBe(flight)
    expect(flights.join('other', c, start)).not.toBe(flight)
    expect(started).toHaveLength(2)
    expect([flight.isLedBy(a), flight.isLedBy(b)]).toEqual([true, false])
    expect(flights.size).toBe(2)
  })

  test('what the start does at once must find its passenger aboard', () => {
    const { flights } = airport()
    const told = passenger()
    flights.join('k', told, (flight) => flight.land('at once'))
    expect(told.heardOf).toEqual(['landed at once'])
    expect(flights.size).toBe(0)
  })

  test('after the landing the next one must set off a new flight', () => {
    const { flights, started, start } = airport()
    flights.join('k', passenger(), start)
    started[0]!.land('x')
    flights.join('k', passenger(), start)
    expect(started).toHaveLength(2)
  })

  test('who decides again as the flight lands must find the key free', () => {
    const { flights, started, start } = airport()
    const again = passenger(() => void flights.join('k', passenger(), start))
    flights.join('k', again, start)
    started[0]!.land('x')
    expect(started).toHaveLength(2)
  })

  test('a flight of one’s own must be open to nobody', () => {
    const { flights, started, start } = airport()
    const alone = passenger()
    const flight = flights.solo(alone, start)
    expect(flights.size).toBe(0)
    expect(flight.isLedBy(alone)).toBe(true)
    flights.join('k', passenger(), start)
    expect(started).toHaveLength(2)
  })
})

describe('telling', () => {
  test('everybody aboard must hear the news, and the landing once', () => {
    const { flights, started, start } = airport()
    const [a, b, late] = [passenger(), passenger(), passenger()]
    flights.join('k', a, start)
    flights.join('k', b, start)
    started[0]!.tell('one')
    flights.join('k', late, start)
    started[0]!.land('home')
    started[0]!.land('twice')
    expect([a.heardOf, b.heardOf, late.heardOf]).toEqual([
      ['one', 'landed home'],
      ['one', 'landed home'],
      ['landed home'],
    ])
  })

  test('an open landing must be told to those who still come, until the flight is closed', () => {
    const { flights, started, start } = airport()
    const [a, late, later] = [passenger(), passenger(), passenger()]
    flights.join('k', a, start)
    started[0]!.landOpen('streaming')
    flights.join('k', late, start)
    started[0]!.close()
    flights.join('k', later, start)
    expect([a.heardOf, late.heardOf, later.heardOf]).toEqual([['landed streaming'], ['landed streaming'], []])
    expect(started).toHaveLength(2)
  })

  test('a parting must tell the leader one thing and the others another', () => {
    const { flights, started, start } = airport()
    const [leader, follower] = [passenger(), passenger()]
    flights.join('k', leader, start)
    flights.join('k', follower, start)
    started[0]!.part('yours', 'not yours')
    expect([leader.heardOf, follower.heardOf]).toEqual([['landed yours'], ['landed not yours']])
    expect(flights.size).toBe(0)
  })

  test('a parting whose leader has left must tell nobody what was his', () => {
    const { flights, started, start } = airport()
    const [leader, follower] = [passenger(), passenger()]
    flights.join('k', leader, start)
    flights.join('k', follower, start)
    started[0]!.leave(leader)
    started[0]!.part('his', 'not his')
    expect([leader.heardOf, follower.heardOf]).toEqual([[], ['landed not his']])
  })

  test('a passenger that leaves while the others are told must not be told', () => {
    const { flights, started, start } = airport()
    const second = passenger()
    const first: Told = {
      ...passenger(),
      heard: () => started[0]!.leave(second),
    }
    flights.join('k', first, start)
    flights.join('k', second, start)
    started[0]!.tell('news')
    expect(second.heardOf).toEqual([])
  })
})

describe('leaving', () => {
  test('the flight must learn once that nobody waits any more', () => {
    const { flights, started, start } = airport()
    const [a, b] = [passenger(), passenger()]
    let deserted = 0
    flights.join('k', a, start)
    flights.join('k', b, start)
    started[0]!.onDeserted(() => deserted++)
    started[0]!.leave(a)
    expect(deserted).toBe(0)
    started[0]!.leave(b)
    started[0]!.leave(b)
    expect(deserted).toBe(1)
  })

  test('a leaving after the landing must mean nothing', () => {
    const { flights, started, start } = airport()
    const a = passenger()
    let deserted = 0
    flights.join('k', a, start)
    started[0]!.onDeserted(() => deserted++)
    started[0]!.landOpen('x')
    started[0]!.leave(a)
    expect(deserted).toBe(0)
  })
})

describe('a flight that nobody asked for', () => {
  test('must set off once per key', () => {
    const { flights, started, start } = airport()
    flights.launch('k', start)
    flights.launch('k', start)
    expect(started).toHaveLength(1)
  })

  test('must have no leader: who boards it only follows', () => {
    const { flights, started, start } = airport()
    const told = passenger()
    flights.launch('k', start)
    flights.join('k', told, start)
    expect(started[0]!.isLedBy(told)).toBe(false)
    started[0]!.part('leader', 'follower')
    expect(told.heardOf).toEqual(['landed follower'])
  })
})

test('a closed flight must not free the key of the one that came after it', () => {
  const { flights, started, start } = airport()
  flights.join('k', passenger(), start)
  started[0]!.close()
  flights.join('k', passenger(), start)
  started[0]!.land('late')
  expect(flights.size).toBe(1)
})
