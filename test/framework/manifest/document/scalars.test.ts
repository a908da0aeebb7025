import { describe, expect, it } from 'vitest'
import { readCore, readYaml11 } from '../../../../framework/manifest/document/scalars.ts'

describe('readCore', () => {
  it.each([
    ['', null],
    ['~', null],
    ['null', null],
    ['true', true],
    ['False', false],
    ['yes', 'yes'],
    ['12', 12],
    ['-12', -12],
    ['+3', 3],
    ['010', 10],
    ['0o10', 8],
    ['0x1F', 31],
    ['1.5', 1.5],
    ['1e3', 1000],
    ['.5', 0.5],
    ['-.inf', Number.NEGATIVE_INFINITY],
    ['.nan', Number.NaN],
    ['1.2.3', '1.2.3'],
    ['2024-01-01', '2024-01-01'],
    ['18000000000000000123', '18000000000000000123'],
  ])('reads %j as %j', (word, value) => {
    expect(readCore(word)).toEqual(value)
  })
})

describe('readYaml11', () => {
  it.each([
    ['', null],
    ['Yes', true],
    ['off', false],
    ['y', 'y'],
    ['010', 8],
    ['-010', -8],
    ['08', '08'],
    ['0b101', 5],
    ['0x1f', 31],
    ['1_000', 1000],
    ['1:30', 90],
    ['-1:30', -90],
    ['12:30:45.5', 45_045.5],
    ['1e3', '1e3'],
    ['1.0e+3', 1000],
    ['1.', 1],
    ['.inf', Number.POSITIVE_INFINITY],
    ['-.5', '-.5'],
    ['.', '.'],
    ['2024-01-01', '2024-01-01'],
  ])('reads %j as %j', (word, value) => {
    expect(readYaml11(word)).toEqual(value)
  })
})
