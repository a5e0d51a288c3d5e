import type { Page } from 'playwright-core';

/** Where a browser is told to be. */
export const berlin = { latitude: 52.5162746, longitude: 13.3777041 };

const sun = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4.5" cy="4.5" r="4" fill="#f5a623"/></svg>';

/** Draws all stickers of `https://stickers.example/`, without a network. */
export const drawStickers = (page: Page) =>
  page.route('https://stickers.example/**', route => route.fulfill({ contentType: 'image/svg+xml', body: sun }));
