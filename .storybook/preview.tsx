// What every story has in common: StrictMode, and axe findings as failures.
import type { Preview } from '@storybook/react-vite';
import { StrictMode } from 'react';

const preview: Preview = {
  decorators: [(Story) => <StrictMode><Story /></StrictMode>],
  parameters: {
    a11y: { test: 'error' },
    controls: { expanded: true },
    layout: 'padded',
  },
};

export default preview;
