" Tells prsist which file is worked on: its name, language and number of lines, never its content.
" For Vim 8.1 and later, and for Neovim. It leaves a file for the daemon through the installed hook, in the background:
" nothing is waited for, and nothing is shown when something fails.
if exists('g:loaded_prsist') || &compatible
  finish
endif
let g:loaded_prsist = 1

let s:hook = expand('~/.local/share/prsist/bin/prsist-hook')
let s:editor = has('nvim') ? 'nvim' : 'vim'
let s:seconds = 120
let s:last = {'file': '', 'at': 0}
let s:lines = {}

" Lines that came or went since the last beat of this buffer.
function! s:difference() abort
  let l:count = line('$')
  let l:before = get(s:lines, bufnr('%'), l:count)
  let s:lines[bufnr('%')] = l:count
  return l:count - l:before
endfunction

function! s:beat(is_write) abort
  let l:file = expand('%:p')
  if empty(l:file) || !empty(&buftype) || !executable(s:hook)
    return
  endif
  let l:at = localtime()
  if !a:is_write && l:file ==# s:last.file && l:at - s:last.at < s:seconds
    return
  endif
  let s:last = {'file': l:file, 'at': l:at}
  let l:change = s:difference()
  let l:beat = {'v': 1, 'source': s:editor, 'entity': l:file, 'type': 'file', 'time': l:at,
        \ 'is_write': a:is_write ? v:true : v:false, 'lines': line('$'), 'lineno': line('.'),
        \ 'line_additions': max([l:change, 0]), 'line_deletions': max([-l:change, 0])}
  if !empty(&filetype)
    let l:beat.language = &filetype
  endif
  call s:send(json_encode(l:beat), fnamemodify(l:file, ':h'))
endfunction

" The hook reads its event from the third argument, so no channel has to be kept open.
function! s:send(beat, directory) abort
  let l:command = [s:hook, s:editor, 'heartbeat', a:beat]
  try
    if has('nvim')
      call jobstart(l:command, {'cwd': a:directory, 'detach': v:true})
    elseif has('job')
      call job_start(l:command, {'cwd': a:directory, 'in_io': 'null', 'out_io': 'null', 'err_io': 'null', 'stoponexit': ''})
    endif
  catch
  endtry
endfunction

augroup prsist
  autocmd!
  autocmd BufEnter,CursorHold,CursorMoved,CursorMovedI * call s:beat(0)
  autocmd BufWritePost * call s:beat(1)
augroup END
