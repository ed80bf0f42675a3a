// What every story has in common: StrictMode, the look, the toolbar's two switches, and axe findings as failures.
import type { Preview } from '@storybook/react-vite';
import { StrictMode } from 'react';
import '../examples/design/theme.css';
import { ServerContext } from '../stories/stage/server-choice.js';
import { liveUrl } from './live-url.js';

const preview: Preview = {
  tags: ['autodocs'],
  globalTypes: {
    server: {
      description: 'Which server the stories speak to',
      toolbar: {
        title: 'Server',
        icon: 'lightning',
        dynamicTitle: true,
        items: [
          { value: 'simulated', title: 'Server: simulated' },
          { value: 'live', title: 'Server: live' },
        ],
      },
    },
    theme: {
      description: 'Light or dark',
      toolbar: {
        title: 'Theme',
        icon: 'contrast',
        dynamicTitle: true,
        items: [
          { value: 'system', title: 'Theme: system' },
          { value: 'light', title: 'Theme: light' },
          { value: 'dark', title: 'Theme: dark' },
        ],
      },
    },
  },
  initialGlobals: { server: 'simulated', theme: 'system' },
  decorators: [
    (Story, { globals }) => (
      <StrictMode>
        <ServerContext value={globals['server'] === 'live' ? { kind: 'live', url: liveUrl } : { kind: 'simulated' }}>
          <Story />
        </ServerContext>
      </StrictMode>
    ),
  ],
  parameters: {
    a11y: { test: 'error' },
    controls: { expanded: true },
    layout: 'padded',
    backgrounds: { disable: true },
    options: {
      storySort: {
        order: ['Welcome', 'Pull the cable', 'Patterns', ['1 Connection pooling', '2 Heartbeat', '3 Reconnection', '4 Message queuing', '5 Protocol definition', '6 Channel subscriptions'], 'Hooks'],
      },
    },
  },
};

export default preview;
