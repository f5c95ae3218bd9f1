import { t } from '../i18n/language.ts';
import { useCall } from './call-context.ts';
import { Dialog } from './dialog.tsx';

/** Asks before something that cannot be undone; the safe answer has the focus. */
export function ConfirmDialog({ onClose }: { readonly onClose: () => void }) {
  const { panels } = useCall().call;
  const question = panels.confirmation.value;
  if (question === null) return null;
  const confirm = () => {
    onClose();
    question.run();
  };
  return (
    <Dialog title={question.title} testId="confirm" onClose={onClose}>
      <p class="dialog-text">{question.text}</p>
      <div class="dialog-buttons">
        <button type="button" class="button" data-testid="confirm-no" data-autofocus onClick={onClose}>
          {t('cancel')}
        </button>
        <button type="button" class="button button-danger" data-testid="confirm-yes" onClick={confirm}>
          {question.label}
        </button>
      </div>
    </Dialog>
  );
}
