;;; session.el --- Emacs at work with a recipe, told as lines of JSON  -*- lexical-binding: t -*-

;; Everything that a person would do by keys is done by the commands behind them; what they
;; would be asked for is answered with the text that they would choose.

(require 'eglot)
(require 'json)

(setq eglot-sync-connect 30)

(defun session-tell (what value)
  "Write VALUE under the name WHAT."
  (princ (concat (json-encode `((,what . ,value))) "\n")))

(defun session-wait (test)
  "Wait until TEST returns something, and return it."
  (let ((end (+ (float-time) 120)) found)
    (while (not (setq found (funcall test)))
      (when (> (float-time) end)
        (error "Waited in vain for %S" test))
      (accept-process-output nil 0.02))
    found))

(defun session-open (path)
  "Visit PATH and start the language client there."
  (find-file path)
  (call-interactively #'eglot)
  (session-tell 'mode (symbol-name major-mode)))

(defun session-problems ()
  "Return what Flymake shows in this buffer."
  (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))

(defun session-type (text)
  "Insert TEXT at the end of the buffer and save it: that is when Emacs tells the server.
It also does so when it is idle, which it never is without a terminal."
  (goto-char (point-max))
  (insert text)
  (save-buffer))

(defun session-choose (title)
  "Carry out the code action TITLE at point."
  (let ((completing-read-function
         (lambda (_ titles &rest _)
           (session-tell 'actions (vconcat (mapcar #'car titles)))
           title))
        (last-nonmenu-event ?\r)) ; else a menu would be opened, as by a mouse
    (call-interactively #'eglot-code-actions)))

(provide 'session)
;;; session.el ends here
