// Storybook's own parts in the colours of examples/design/theme.css. It takes plain colours only, so they are said once more.
import { create } from 'storybook/theming/create';

type Theme = ReturnType<typeof create>;

const shared = {
  brandTitle: 'Holdfast',
  fontBase: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif",
  fontCode: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'Roboto Mono', Menlo, Consolas, monospace",
  appBorderRadius: 8,
  inputBorderRadius: 6,
};

export const light: Theme = create({
  ...shared,
  base: 'light',
  colorPrimary: '#0a6b5c',
  colorSecondary: '#0a6b5c',
  appBg: '#f2f4f3',
  appContentBg: '#ffffff',
  appPreviewBg: '#f2f4f3',
  appBorderColor: '#d8dfdc',
  textColor: '#14201c',
  textMutedColor: '#4f5d58',
  textInverseColor: '#ffffff',
  barBg: '#ffffff',
  barTextColor: '#4f5d58',
  barSelectedColor: '#0a6b5c',
  barHoverColor: '#0a6b5c',
  inputBg: '#ffffff',
  inputBorder: '#84918c',
  inputTextColor: '#14201c',
});

export const dark: Theme = create({
  ...shared,
  base: 'dark',
  colorPrimary: '#5fd0bb',
  colorSecondary: '#46b39f',
  appBg: '#0f1413',
  appContentBg: '#171d1b',
  appPreviewBg: '#0f1413',
  appBorderColor: '#2f3a36',
  textColor: '#e8efec',
  textMutedColor: '#a2b1ab',
  textInverseColor: '#06231d',
  barBg: '#171d1b',
  barTextColor: '#a2b1ab',
  barSelectedColor: '#5fd0bb',
  barHoverColor: '#5fd0bb',
  inputBg: '#171d1b',
  inputBorder: '#71807a',
  inputTextColor: '#e8efec',
});
