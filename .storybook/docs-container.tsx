// Around every docs page: Storybook's own parts in the theme that the toolbar asks for.
import { DocsContainer, type DocsContainerProps } from '@storybook/addon-docs/blocks';
import { useSyncExternalStore, type PropsWithChildren } from 'react';
import './docs.css';
import { dark, light } from './theme.js';
import { isDark, watchTheme } from './theme-choice.js';

export default function ThemedDocs(props: PropsWithChildren<DocsContainerProps>) {
  return <DocsContainer {...props} theme={useSyncExternalStore(watchTheme, isDark) ? dark : light} />;
}
