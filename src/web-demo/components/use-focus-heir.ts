import { useLayoutEffect, useRef } from 'preact/hooks';

/** What goes while it has the focus leaves it to the nearest list, panel or page around it, not to nobody. */
export function useFocusHeir<T extends HTMLElement>() {
  const element = useRef<T>(null);
  useLayoutEffect(
    () => () => {
      const going = element.current;
      if (!going?.contains(document.activeElement)) return;
      going.parentElement?.closest<HTMLElement>('[tabindex="-1"]')?.focus();
    },
    [],
  );
  return element;
}
