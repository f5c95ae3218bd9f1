import { isLanguage, type Language, languages } from '../i18n/choose-language.ts';
import { language, t } from '../i18n/language.ts';
import { preferences } from '../state/preferences.ts';
import { Icon } from './icon.tsx';

/** Each language in its own words, so that whoever needs it finds it. */
const names: Readonly<Record<Language, string>> = { en: 'English', zh: '中文' };

export function LanguagePicker() {
  return (
    <div class="select select-quiet">
      <Icon name="globe" size={18} />
      <select
        data-testid="language"
        aria-label={t('language')}
        value={language.value}
        onChange={({ currentTarget: { value } }) => {
          if (isLanguage(value)) preferences.language.value = value;
        }}
      >
        {languages.map((code) => (
          <option key={code} value={code} lang={code === 'zh' ? 'zh-Hans' : code}>
            {names[code]}
          </option>
        ))}
      </select>
    </div>
  );
}
