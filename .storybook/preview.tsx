// What every story has in common: StrictMode, the look, the toolbar's two switches, and axe findings as failures.
import type { Preview } from '@storybook/react-vite';
import type { DocsContainerProps } from '@storybook/addon-docs/blocks';
import { lazy, StrictMode, Suspense, useInsertionEffect, type PropsWithChildren, type ReactNode } from 'react';
import '../examples/design/theme.css';
import { ServerContext } from '../stories/stage/server-choice.js';
import { liveUrl } from './live-url.js';
import { applyTheme, followToolbar } from './theme-choice.js';

void followToolbar();

// Only docs pages need them, and they are large: the tests of stories go without.
const Container = lazy(() => import('./docs-container.js'));
const Page = lazy(() => import('./hook-page.js'));

function Docs(props: PropsWithChildren<DocsContainerProps>) {
  return (
    <Suspense>
      <Container {...props} />
    </Suspense>
  );
}

/** Stories that run without a toolbar are told of their theme too. */
function Themed({ choice, children }: { readonly choice: unknown; readonly children: ReactNode }) {
  useInsertionEffect(() => applyTheme(choice), [choice]);
  return children;
}

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
  // STORYBOOK_THEME=dark: the tests in the dark.
  initialGlobals: { server: 'simulated', theme: import.meta.env['STORYBOOK_THEME'] ?? 'system' },
  decorators: [
    (Story, { globals }) => (
      <StrictMode>
        <ServerContext value={globals['server'] === 'live' ? { kind: 'live', url: liveUrl } : { kind: 'simulated' }}>
          <Themed choice={globals['theme']}>
            <Story />
          </Themed>
        </ServerContext>
      </StrictMode>
    ),
  ],
  parameters: {
    a11y: { test: 'error' },
    controls: { expanded: true },
    layout: 'padded',
    docs: { container: Docs, page: () => <Page /> },
    backgrounds: { disable: true },
    options: {
      storySort: {
        order: ['Welcome', 'Pull the cable', 'Patterns', ['1 Connection pooling', '2 Heartbeat', '3 Reconnection', '4 Message queuing', '5 Protocol definition', '6 Channel subscriptions'], 'Hooks', ['useChannel', 'useQuery', 'useCommand', 'useOutbox', 'usePublish', 'The connection']],
      },
    },
  },
};

export default preview;
