"""Makes docs/page.png of a running page, with Chromium and its driver.

usage: python app.py &  then  python docs/screenshot.py [ADDRESS] [QUESTION] [FILE] [WIDTHxHEIGHT]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --hide-scrollbars"


def main() -> None:
    defaults = [
        "http://127.0.0.1:7860",
        "How large is the trade between Kyrgyzstan and Pakistan?",
        str(Path(__file__).with_name("page.png")),
        "1440x900",
    ]
    address, question, file, size = sys.argv[1:] + defaults[len(sys.argv) - 1 :]
    width, height = map(int, size.split("x"))
    with tempfile.TemporaryDirectory() as profile:
        options = ChromeOptions()
        options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
        for flag in [*FLAGS.split(), f"--user-data-dir={profile}", f"--window-size={width},{height}"]:
            options.add_argument(flag)
        browser = Chrome(options, Service(shutil.which("chromedriver")))
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        browser.get(address)
        wait = WebDriverWait(browser, 60)
        box = wait.until(lambda b: b.find_element(By.CSS_SELECTOR, "#question textarea"))
        box.send_keys(question + Keys.ENTER)
        wait.until(lambda b: b.find_elements(By.CSS_SELECTOR, "#sources .card"))
        time.sleep(1)
        if marks := browser.find_elements(By.LINK_TEXT, "[1]"):
            marks[0].click()
        time.sleep(1)
        browser.save_screenshot(file)
        browser.quit()


if __name__ == "__main__":
    main()
