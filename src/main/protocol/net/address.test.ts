import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../../shared/errors/app-error.ts';
import { malformedRuns } from '../fixtures/malformed.ts';
import { formatAddress, parseAddress, parseTypedAddress } from './address.ts';

describe('typed addresses', () => {
  it('are read in every usual form', () => {
    expect(parseTypedAddress('teleport.example.com')).toEqual({
      host: 'teleport.example.com',
      ports: [443, 3080],
    });
    expect(parseTypedAddress(' https://Teleport.Example.com:3080/web/login?x=1 ')).toEqual({
      host: 'teleport.example.com',
      ports: [3080],
    });
    expect(parseTypedAddress('[::1]:3080')).toEqual({ host: '[::1]', ports: [3080] });
    expect(parseTypedAddress('bücher.example:443').host).toBe('xn--bcher-kva.example');
  });

  it('are refused with a reason', () => {
    for (const wrong of [
      '',
      '   ',
      'http://x',
      'a b',
      'host:0',
      'host:70000',
      'user@host',
      'ho st:1',
      '::1',
      'host:',
      '-x',
    ]) {
      expect(() => parseTypedAddress(wrong), wrong).toThrow(
        expect.objectContaining({ code: 'address-invalid' }),
      );
    }
  });

  it('never fail otherwise, and what is formatted is read again', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        try {
          const address = parseAddress(text);
          expect(parseAddress(formatAddress(address))).toEqual(address);
        } catch (error) {
          expect(isAppError(error, 'address-invalid')).toBe(true);
        }
      }),
      { numRuns: malformedRuns },
    );
  });
});
