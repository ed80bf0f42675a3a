// Where the live server is: `npm run storybook` starts it and tells; a static Storybook has none.

const told: unknown = import.meta.env['STORYBOOK_LIVE_URL'];

export const liveUrl: string | null = typeof told === 'string' && told !== '' ? told : null;
