import { describe, expect, it } from '@jest/globals';
import { PageTrail } from './page-trail.js';

describe('the trail of a listing', () => {
  it('follows pages that differ, also where an account comes twice', () => {
    const trail = new PageTrail(1);
    for (const page of [['a', 'b'], ['b', 'c'], [], ['d']]) {
      expect(() => {
        trail.follow(page);
      }).not.toThrow();
    }
  });

  it.each([
    {
      reason: 'page_repeats',
      pages: [
        ['a', 'b'],
        ['c', 'd'],
        ['a', 'b'],
      ],
    },
    { reason: 'pages_stay_empty', pages: [['a'], [], []] },
  ])('stops at a page where $reason', ({ reason, pages }) => {
    const trail = new PageTrail(1);
    const follow = (): void => {
      for (const page of pages) trail.follow(page);
    };
    expect(follow).toThrow(expect.objectContaining({ kind: 'protocol', detail: { reason } }));
  });

  it('bears the same page again after turning back', () => {
    const trail = new PageTrail(1);
    trail.follow(['a']);
    trail.turnBack();
    expect(() => {
      trail.follow(['a']);
    }).not.toThrow();
  });
});
