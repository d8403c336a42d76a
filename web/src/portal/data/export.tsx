/** All the data of the person: one copy to read, one for a machine. */
import { t } from "../../shared/i18n";
import { Page } from "../../shared/page";
import { exportJson, exportPdf } from "./api";
import { Download } from "./download";

export function ExportData() {
  return (
    <Page title={t("data.export")}>
      <p class="lead">{t("export.text")}</p>
      <h2>{t("export.read")}</h2>
      <Download id="export-pdf" label={t("export.pdf")} name={t("export.pdf-file")} file={exportPdf} />
      <h2>{t("export.machine")}</h2>
      <p>{t("export.json-text")}</p>
      <Download
        id="export-json"
        label={t("export.json")}
        name={t("export.json-file")}
        file={exportJson}
      />
      <p>
        <a href="/data">{t("activation.back")}</a>
      </p>
    </Page>
  );
}
